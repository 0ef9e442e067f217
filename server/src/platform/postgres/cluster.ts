import { randomBytes, randomUUID } from 'node:crypto'
import { chmod, chown, link, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { constrainedMemory } from 'node:process'
import { syncDirectory } from '../sync-directory.ts'
import type { Layout } from './layout.ts'
import { runToEnd } from './process.ts'
import { DatabaseRefusal } from './refusal.ts'
import type { Runtime } from './runtime.ts'
import { giveTo, isRoot, type ServerUser } from './server-user.ts'
import { settingsText } from './settings.ts'

/** The superuser of the embedded server; only the platform itself signs in as it. */
export const SUPERUSER = 'postgres'

const CUSTOM_SETTINGS =
  '# Your own settings: they win over those of postgresql.conf, from the next start on.\n'

const UNFINISHED = 'data.new-'

/**
 * Makes the data directory unless it exists, and leaves it owned by the server user with mode 0700. The directory
 * appears whole or not at all: it is made beside and renamed. The caller holds the start lock.
 *
 * Raises DatabaseRefusal when `initdb` fails or the password of existing data is missing.
 */
export async function prepareCluster(layout: Layout, runtime: Runtime): Promise<void> {
  await removeUnfinished(layout)
  const exists = await stat(join(layout.data, 'PG_VERSION')).then(
    () => true,
    () => false,
  )
  await preparePassword(layout, exists)
  if (!exists) await initialise(layout, runtime)
  await giveTo(layout.data, layout.user)
  await chmod(layout.data, 0o700)
}

/** Writes the settings of this start; the operator's own lie in `custom.conf` beside and win. */
export async function writeSettings(layout: Layout, connectionsMax?: number): Promise<void> {
  const text = settingsText({
    socketDirectory: layout.socketDirectory,
    logDirectory: layout.log,
    memoryBytes: Math.min(totalmem(), constrainedMemory() || Number.POSITIVE_INFINITY),
    segmentBytes: await freeSegmentBytes(),
    ...(connectionsMax === undefined ? {} : { connectionsMax }),
  })
  await replaceFile(join(layout.data, 'postgresql.conf'), text, layout.user)
  const custom = join(layout.data, 'custom.conf')
  const exists = await stat(custom).catch(() => undefined)
  if (exists === undefined) await replaceFile(custom, CUSTOM_SETTINGS, layout.user)
}

/** Systems without `/dev/shm` keep their segments elsewhere and set no such limit. */
async function freeSegmentBytes(): Promise<number> {
  const found = await statfs('/dev/shm').catch(() => undefined)
  return found === undefined ? Number.POSITIVE_INFINITY : found.bavail * found.bsize
}

/** The superuser's password. */
export async function readPassword(layout: Layout): Promise<string> {
  return (await readFile(layout.passwordFile, 'utf8')).trim()
}

async function removeUnfinished(layout: Layout): Promise<void> {
  for (const name of await readdir(layout.version)) {
    if (!name.startsWith(UNFINISHED)) continue
    // Tried again for a while: the initdb of a process that was killed may still be writing there.
    await rm(join(layout.version, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
}

async function preparePassword(layout: Layout, dataExist: boolean): Promise<void> {
  const found = await stat(layout.passwordFile).catch(() => undefined)
  if (found !== undefined) {
    await chmod(layout.passwordFile, 0o600)
    return
  }
  if (dataExist) {
    throw new DatabaseRefusal(
      `${layout.passwordFile} is missing, and without it the data in ${layout.data} cannot be opened. Put the file back from a backup of this home.`,
    )
  }
  const whole = `${layout.passwordFile}.${randomUUID()}`
  await replaceFile(whole, `${randomBytes(32).toString('base64url')}\n`, layout.user)
  await link(whole, layout.passwordFile)
  await rm(whole)
}

async function initialise(layout: Layout, runtime: Runtime): Promise<void> {
  const unfinished = join(layout.version, `${UNFINISHED}${randomUUID()}`)
  const parameters = [
    `--pgdata=${unfinished}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${layout.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
  ]
  const end = await runToEnd(join(runtime.directory, 'bin', 'initdb'), parameters, layout.user)
  if (end.exitCode !== 0) {
    await rm(unfinished, { recursive: true, force: true })
    throw new DatabaseRefusal(`initdb could not make a database in ${layout.version}: ${end.output.trim()}`)
  }
  await rename(unfinished, layout.data)
  await syncDirectory(layout.version)
}

async function replaceFile(path: string, text: string, user: ServerUser): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`
  await writeFile(unfinished, text, { mode: 0o600, flush: true })
  if (isRoot()) await chown(unfinished, user.uid, user.gid)
  await rename(unfinished, path)
}
