import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { POSTGRES_MAJOR } from '../postgres/layout.ts'
import { replaceSecretFile } from '../vault/index.ts'

const mark = (home: string) => join(home, 'restore-unfinished')

/** How far a restore of a home is: not under way, its data not in place, or in place and its erasures not yet made again. */
export type RestoreState = 'none' | 'placing' | 'placed'

/** Notes how far a restore is; it is on the disk when this returns. */
export async function writeRestoreState(home: string, state: RestoreState): Promise<void> {
  if (state === 'none') await rm(mark(home), { force: true })
  else await replaceSecretFile(mark(home), `${state}\n`)
}

/** Reads how far a restore of this home is. */
export async function readRestoreState(home: string, databaseUrl: string | undefined): Promise<RestoreState> {
  const text = await readFile(mark(home), 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw error
  })
  if (text === undefined) return 'none'
  if (text.trim() === 'placed') return 'placed'
  // The embedded database is renamed into place last, so where it is, everything is.
  const data = join(home, 'postgres', String(POSTGRES_MAJOR), 'data', 'PG_VERSION')
  return databaseUrl === undefined && (await isThere(data)) ? 'placed' : 'placing'
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
