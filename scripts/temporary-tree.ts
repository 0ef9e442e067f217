import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A folder of its own that removes itself at the end of the `using` block. */
export interface TemporaryTree extends Disposable {
  readonly root: string
}

/** Writes files (`path` to text) into a new temporary folder. */
export function temporaryTree(files: Readonly<Record<string, string>>): TemporaryTree {
  const root = mkdtempSync(path.join(tmpdir(), 'drawbridge-tree-'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}
