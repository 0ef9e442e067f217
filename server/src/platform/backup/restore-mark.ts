import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { POSTGRES_MAJOR } from '../postgres/layout.ts'
import { errorCode } from '../postgres/refusal.ts'

/** Lies in a home from the moment its restored data are in place until the erasures have been replayed. */
export function restoreMarkOf(home: string): string {
  return join(home, 'restore-unfinished')
}

/** Whether a restore of this home was cut off before its database was in place, so that a start would make another. */
export async function isHalfPlaced(home: string, databaseUrl: string | undefined): Promise<boolean> {
  const data = join(home, 'postgres', String(POSTGRES_MAJOR), 'data', 'PG_VERSION')
  return databaseUrl === undefined && (await isThere(restoreMarkOf(home))) && !(await isThere(data))
}

/** Whether something lies at the path. Raises when that cannot be told. */
export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false
      throw error
    },
  )
}
