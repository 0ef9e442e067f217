import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { completed, missingOptional, readLockfile } from './lockfile.ts'

const root = path.resolve(import.meta.dirname, '..')
const lock = readLockfile(root)
const missing = missingOptional(lock)
if (missing.length > 0) {
  writeFileSync(path.join(root, 'package-lock.json'), `${JSON.stringify(completed(lock), null, 2)}\n`)
}
process.stdout.write(`${missing.length} packages for other machines added to package-lock.json.\n`)
