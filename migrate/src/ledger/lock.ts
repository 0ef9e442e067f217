import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Another process is writing in this project. */
export class ProjectLocked extends Error {
  override readonly name = 'ProjectLocked'
}

/** The right to be the only writer of a project, until closed or until the process dies. */
export interface WriterLock {
  release(): void
}

/**
 * Takes the project's one writer's place. Node has no `flock`, so the lock is an exclusive transaction of SQLite,
 * which is a lock of the operating system underneath: it goes with the process, however that ends.
 * @throws {ProjectLocked} when another process holds it.
 */
export function lockProject(workDirectory: string): WriterLock {
  const path = join(workDirectory, 'lock.sqlite')
  const holder = join(workDirectory, 'lock.pid')
  const database = new DatabaseSync(path)
  chmodSync(path, 0o600)
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    throw new ProjectLocked(
      `Another process${nameOf(holder)} is migrating from ${workDirectory}. ` +
        'Wait until it ends or stop it with Ctrl-C, then start again.',
      { cause },
    )
  }
  writeFileSync(holder, String(process.pid), { mode: 0o600 })
  return { release: () => database.close() }
}

function nameOf(holder: string): string {
  try {
    return ` (process ${readFileSync(holder, 'utf8')})`
  } catch {
    return ''
  }
}
