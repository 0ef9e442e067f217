import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StateIndex } from './state-index.ts'

/**
 * Opens the index of a run to look at it while another process writes; nothing is changed by it. What the writer
 * has not committed yet (at most a moment's lines) is not seen. Null where there is no run.
 */
export function readIndex(workDirectory: string): StateIndex | null {
  const path = join(workDirectory, 'ledger.sqlite')
  if (!existsSync(path)) return null
  const database = new DatabaseSync(path, { readOnly: true })
  const mark = database.prepare('SELECT run FROM mark').get()
  database.close()
  return mark === undefined ? null : new StateIndex(path, String(mark.run))
}
