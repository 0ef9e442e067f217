import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { readHeader } from '../platform/backup/archive-reader.ts'
import { backupDaysMax } from '../platform/backup/manifest.ts'
import { isThere, readRestoreState } from '../platform/backup/restore-mark.ts'
import { erasureListOf, readErasures } from '../platform/erasure-list.ts'
import { createLogger } from '../platform/log.ts'
import { createGuardedFetch } from '../platform/net/index.ts'
import { isRoot } from '../platform/postgres/server-user.ts'
import { createStorage } from '../platform/storage/index.ts'
import type { Settings } from '../settings.ts'
import {
  attempt,
  type Check,
  failed,
  judgeBackupAge,
  judgeMode,
  judgeSpace,
  ok,
  unknown,
  warning,
} from './doctor-check.ts'
import { keySource, requireKeys, sizeText } from './installation.ts'

/** Looks at this Node, at the home, its keys, files and lists. Changes nothing but a probe of the file storage. */
export async function checkHome(settings: Settings, backups: string | undefined): Promise<readonly Check[]> {
  const { home } = settings
  if (!(await isThere(home)))
    return [
      checkNode(),
      failed(
        'home',
        `${home} does not exist`,
        'Name the home by --home, or start it once with drawbridge serve.',
      ),
    ]
  const groups = [
    attempt('home', 'Start as the user that made the home.', () => checkRights(settings)),
    attempt('restore', 'Run drawbridge restore again.', () => checkRestore(settings)),
    attempt('key-encryption key', 'Put back a copy of the key file.', () => checkKey(settings)),
    attempt('disk space', 'See that the disk is mounted.', () => checkSpace(home)),
    attempt('file storage', 'See that the store can be reached and written.', () => checkStorage(settings)),
    attempt('erasures', 'Give this user the right to read it.', () => checkErasures(home)),
    attempt('backup', 'Make another: drawbridge backup --to DIRECTORY', () => checkBackups(backups)),
  ]
  return [checkNode(), ...(await Promise.all(groups)).flat()]
}

function checkNode(): Check {
  const version = process.versions.node
  return Number.parseInt(version, 10) >= 24
    ? ok('Node', version)
    : failed('Node', version, 'Drawbridge runs on Node 24 or later.')
}

async function checkRights({ home }: Settings): Promise<readonly Check[]> {
  // As root the group of the database's user may pass through.
  const rights = judgeMode('home', home, (await stat(home)).mode, isRoot() ? 0o710 : 0o700)
  const credentials = join(home, 'credentials.json')
  if (!(await isThere(credentials))) return [rights]
  return [rights, judgeMode('credentials', credentials, (await stat(credentials)).mode, 0o600)]
}

async function checkRestore({ home, databaseUrl }: Settings): Promise<readonly Check[]> {
  const state = await readRestoreState(home, databaseUrl)
  if (state === 'none') return []
  const remedy =
    state === 'placed' ? 'Start drawbridge serve, which finishes it.' : 'Run drawbridge restore again.'
  return [failed('restore', 'a restore of this home is not finished', remedy)]
}

async function checkKey(settings: Settings): Promise<readonly Check[]> {
  const name = 'key-encryption key'
  const source = keySource(settings)
  if (settings.kek !== undefined) return [judgeKeys((await requireKeys(settings)).length, source)]
  if (!(await isThere(source)))
    return [
      failed(
        name,
        `${source} does not exist`,
        'Put back a copy of it: without the key nothing can be opened.',
      ),
    ]
  const rights = judgeMode('key file', source, (await stat(source)).mode, 0o600)
  return [rights, judgeKeys((await requireKeys(settings)).length, source)]
}

function judgeKeys(count: number, source: string): Check {
  const name = 'key-encryption key'
  if (count === 1) return ok(name, `one, from ${source}`)
  return warning(
    name,
    `${count}, from ${source}: a rotation is not finished`,
    'When no backup needs the older one: drawbridge key-encryption retire --yes',
  )
}

async function checkSpace(home: string): Promise<Check> {
  const { bavail, blocks, bsize } = await statfs(home)
  const [free, total] = [bavail * bsize, blocks * bsize]
  return judgeSpace(free, total, `${sizeText(free)} of ${sizeText(total)} free`)
}

async function checkStorage({ storage, allowNetworks }: Settings): Promise<Check> {
  const name = 'file storage'
  if (storage.kind === 'disk' && !(await isThere(storage.directory)))
    return unknown(name, `${storage.directory} does not exist yet`)
  const log = createLogger({ level: 'silent' })
  const { guardedFetch } = createGuardedFetch({ allowNetworks, log })
  await (await createStorage(storage, guardedFetch)).check()
  return ok(name, storage.kind === 'disk' ? storage.directory : `bucket ${storage.bucket}`)
}

async function checkErasures(home: string): Promise<Check> {
  const list = erasureListOf(home)
  if (!(await isThere(list))) return ok('erasures', 'none so far')
  const count = (await readErasures(list)).length
  const words = `${count.toLocaleString('en')} in ${list}`
  return ok('erasures', `${words}; keep a copy apart from the backups`)
}

async function checkBackups(directory: string | undefined): Promise<Check> {
  if (directory === undefined) return unknown('backup', '--backups DIRECTORY tells the age of the newest')
  const names = (await readdir(directory)).filter((name) => name.endsWith('.tar.gz'))
  let newest: number | null = null
  for (const name of names) {
    const header = await readHeader(join(directory, name)).catch(() => undefined)
    if (header) newest = Math.max(newest ?? 0, Date.parse(header.madeAt))
  }
  return judgeBackupAge(newest === null ? null : (Date.now() - newest) / 86_400_000, backupDaysMax)
}
