import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { finishRestore, type Replay } from '../finish-restore.ts'
import { migrationsDirectory } from '../open-platform.ts'
import { extractBackup, readHeader } from '../platform/backup/archive-reader.ts'
import {
  backupCell,
  backupDaysMax,
  backupFormat,
  type Header,
  refusalOf,
  type Wrap,
} from '../platform/backup/manifest.ts'
import { isThere, readRestoreState, writeRestoreState } from '../platform/backup/restore-mark.ts'
import { erasureListOf, readErasures } from '../platform/erasure-list.ts'
import { errorCode } from '../platform/error-code.ts'
import { readMigrations } from '../platform/postgres/index.ts'
import { type Layout, POSTGRES_MAJOR, prepareLayout } from '../platform/postgres/layout.ts'
import { syncDirectory } from '../platform/sync-directory.ts'
import { createSecretFile, localKeyEncryption } from '../platform/vault/index.ts'
import type { Settings } from '../settings.ts'
import { type CommandInput, print, UsageRefusal, withPlatform } from './command.ts'
import { progress, requireKeys } from './installation.ts'
import { CommandRefusal } from './refusal.ts'

/**
 * `drawbridge restore --from FILE`: puts a backup into an empty home and erases again, before anything is served,
 * every profile of the list of erasures: that of the home, and that of `--erasures FILE`. Nothing of a backup that
 * was altered or is damaged stays. A restore that was killed is finished by calling it again, or by the next start.
 */
export async function restore(input: CommandInput): Promise<number> {
  const { settings, flags } = input
  if (flags.from === undefined)
    throw new UsageRefusal('drawbridge restore --from FILE [--erasures FILE] [--kek-file FILE] [--allow-old]')
  const path = resolve(flags.from)
  if (!(await isThere(path))) throw new CommandRefusal(`There is no backup ${path}.`)
  if (await isInPlace(settings)) return finish(input, undefined)
  await requireEmpty(settings.home)
  const header = await readHeader(path)
  await refuse(input, header)
  const secrets = await openSecrets(settings, header)
  const listed = await takeErasures(settings.home, flags.erasures)
  await place(settings, path, header, secrets)
  await keepKeyFile(settings)
  if (listed === 0)
    process.stderr.write(
      'There is no list of erasures: whoever was erased after the backup is back. Where such a list exists (HOME/erasures/erasures.jsonl), restore again into an empty home with --erasures FILE.\n',
    )
  return finish(input, header)
}

/** Whether a restore was cut off when its data were in place; what one left that was cut off before is removed. */
async function isInPlace({ home, databaseUrl }: Settings): Promise<boolean> {
  const state = await readRestoreState(home, databaseUrl)
  if (state !== 'placing') return state === 'placed'
  for (const name of ['postgres', 'files', leftover]) await removeTree(join(home, name))
  await writeRestoreState(home, 'none')
  return false
}

/** Removes what this command made, also where root keeps it outside the home. */
async function removeTree(path: string): Promise<void> {
  const target = await realpath(path).catch(() => path)
  await rm(target, { recursive: true, force: true })
  await rm(path, { recursive: true, force: true })
}

/** What may be in the home already: the key, and the list of erasures. */
const expected = new Set(['secrets', 'erasures'])

async function requireEmpty(home: string): Promise<void> {
  if (!(await isThere(home))) return
  const found = (await readdir(home)).find((name) => !expected.has(name))
  if (found !== undefined)
    throw new CommandRefusal(
      `${home} is not empty: it holds ${found}. A backup is restored into an empty home, which may hold secrets/kek and erasures/erasures.jsonl only.`,
    )
}

async function refuse(input: CommandInput, header: Header): Promise<void> {
  const days = Number(input.flags['max-days'] ?? backupDaysMax)
  if (!Number.isInteger(days) || days < 1)
    throw new UsageRefusal('--max-days is a whole number of days from 1')
  if (header.format > backupFormat)
    throw new CommandRefusal('The backup was made by a newer release. Restore it with that.')
  const words = refusalOf(header, {
    now: new Date(),
    daysMax: days,
    allowOld: input.switches.has('allow-old'),
    migration: (await readMigrations(migrationsDirectory)).length,
    postgresMajor: POSTGRES_MAJOR,
    external: input.settings.databaseUrl !== undefined,
    files: input.settings.storage.kind,
  })
  if (words !== undefined) throw new CommandRefusal(words, 3)
}

interface Secrets {
  /** Authenticates the manifest. */
  readonly key: Buffer
  readonly superuserPassword: string | undefined
}

async function openSecrets(settings: Settings, header: Header): Promise<Secrets> {
  const keyEncryption = localKeyEncryption(await requireKeys(settings))
  const unwrap = ({ kekId, wrapped }: Wrap, column: Parameters<typeof backupCell>[1]) =>
    keyEncryption.unwrap(kekId, Buffer.from(wrapped, 'base64'), backupCell(header.id, column))
  const { superuserPassword, authentication } = header
  try {
    return {
      key: await unwrap(authentication, 'authentication'),
      superuserPassword:
        superuserPassword === null
          ? undefined
          : (await unwrap(superuserPassword, 'superuser-password')).toString(),
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : ''
    throw new CommandRefusal(`The backup cannot be opened with the key given. ${why}`)
  }
}

/** Joins the list given with that of the home, and returns how many erasures there are. */
async function takeErasures(home: string, file: string | undefined): Promise<number> {
  const list = erasureListOf(home)
  if (file !== undefined) {
    if (!(await isThere(file))) throw new CommandRefusal(`There is no list of erasures ${file}.`)
    await mkdir(join(home, 'erasures'), { recursive: true, mode: 0o700 })
    await appendFile(list, `\n${await readFile(file, 'utf8')}\n`, { mode: 0o600, flush: true })
  }
  return (await readErasures(list)).length
}

/** Where the files of a backup lie until they have been held against its manifest. */
const leftover = 'restoring'

async function place(settings: Settings, path: string, header: Header, secrets: Secrets): Promise<void> {
  const { home } = settings
  // The mark comes first: from here on the home is not served before the erasures have been made again.
  await writeRestoreState(home, 'placing')
  const layout = header.database === 'embedded' ? await prepareLayout(home) : undefined
  // On the file system of the database, which may be another than that of the home.
  const draft = join(layout?.version ?? home, leftover)
  await rm(draft, { recursive: true, force: true })
  const stopShowing = progress(() => 'restore  reading and checking')
  try {
    await extractBackup(path, draft, secrets.key)
    await moveIn(settings, layout, draft, secrets)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    if (layout) await removeTree(join(home, 'postgres'))
    await writeRestoreState(home, 'none')
    throw error
  } finally {
    stopShowing()
  }
}

/** The database comes last: where it is in place, everything is. */
async function moveIn(
  settings: Settings,
  layout: Layout | undefined,
  draft: string,
  secrets: Secrets,
): Promise<void> {
  const { home, storage } = settings
  if (await isThere(join(draft, 'secrets', 'checkpoint-key')))
    await createSecretFile(
      join(home, 'secrets', 'checkpoint-key'),
      await readFile(join(draft, 'secrets', 'checkpoint-key'), 'utf8'),
    )
  if (storage.kind === 'disk' && (await isThere(join(draft, 'files'))))
    await moveTree(join(draft, 'files'), storage.directory)
  if (layout && secrets.superuserPassword !== undefined) {
    await writeFile(layout.passwordFile, `${secrets.superuserPassword}\n`, { mode: 0o600, flush: true })
    await rename(join(draft, 'database'), layout.data)
    await chmod(layout.data, 0o700)
    await syncDirectory(layout.version)
  }
  await writeRestoreState(home, 'placed')
  await rm(draft, { recursive: true, force: true })
}

async function moveTree(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    // Another file system: the database's, where root keeps it outside the home.
    if (errorCode(error) !== 'EXDEV') throw error
    await mkdir(to, { recursive: true, mode: 0o700 })
    for (const entry of await readdir(from, { withFileTypes: true })) {
      const [source, target] = [join(from, entry.name), join(to, entry.name)]
      if (entry.isDirectory()) await moveTree(source, target)
      else await copyFile(source, target)
    }
  }
}

/** A key that was named for this one command is put in its place, so that the next start finds it. */
async function keepKeyFile(settings: Settings): Promise<void> {
  const { home, kekFile, sources } = settings
  if (kekFile === undefined || !sources['kek-file']?.startsWith('flag')) return
  const own = join(home, 'secrets', 'kek')
  if (await isThere(own)) return
  await createSecretFile(own, await readFile(kekFile, 'utf8'))
}

async function finish(input: CommandInput, header: Header | undefined): Promise<number> {
  const replay = await withPlatform(input.settings, (platform) => finishRestore(platform))
  const done: Replay = replay ?? { listed: 0, erased: 0 }
  const { home } = input.settings
  print(input, { home, made_at: header?.madeAt ?? null, id: header?.id ?? null, ...done }, () =>
    [
      `Restored ${home}${header ? ` as it was at ${header.madeAt}` : ''}.`,
      `${done.erased} of ${done.listed} listed erasures were made again.`,
      'API keys work as before; they are not in the backup in the clear, so keep the old credentials.json or issue new ones with drawbridge keys issue.',
      `Start it: drawbridge serve --home ${home}`,
      '',
    ].join('\n'),
  )
  return 0
}
