import { randomBytes, randomUUID } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { migrationsDirectory } from '../open-platform.ts'
import { ArchiveWriter } from '../platform/backup/archive-writer.ts'
import { type CopiedLog, copyDatabase } from '../platform/backup/copy-database.ts'
import {
  authenticate,
  backupCell,
  backupFormat,
  entryNames,
  type Header,
} from '../platform/backup/manifest.ts'
import { isThere } from '../platform/backup/restore-mark.ts'
import { errorCode } from '../platform/error-code.ts'
import { silentLog } from '../platform/log-sentences.ts'
import { type EmbeddedPostgres, readMigrations, startEmbedded } from '../platform/postgres/index.ts'
import { POSTGRES_MAJOR } from '../platform/postgres/layout.ts'
import { processExists } from '../platform/postgres/running.ts'
import { type KeyEncryption, localKeyEncryption } from '../platform/vault/index.ts'
import type { Settings } from '../settings.ts'
import { type CommandInput, print, UsageRefusal } from './command.ts'
import { interruption, progress, requireInstallation, requireKeys, sizeText } from './installation.ts'
import { CommandRefusal } from './refusal.ts'

/**
 * `drawbridge backup --to FILE|DIRECTORY`: one file with the database as it is at the end of the copy, the sealed
 * files, and the signing key of checkpoints, wrapped. The platform may serve meanwhile. The key-encryption key, the
 * checkpoints and the list of erasures are not in it (docs/decisions/0007-backups.md). Exit code 130 when
 * interrupted, and then nothing is left under the final name.
 */
export async function backup(input: CommandInput): Promise<number> {
  const { settings, flags } = input
  if (flags.to === undefined || flags.to === '')
    throw new UsageRefusal('drawbridge backup --to FILE|DIRECTORY')
  await requireInstallation(settings)
  const keyEncryption = localKeyEncryption(await requireKeys(settings))
  const madeAt = new Date()
  const target = await targetOf(flags.to, madeAt)
  await removeOrphans(dirname(target))
  const interrupt = interruption()
  const archive = new ArchiveWriter(target, `${target}.unfinished-${process.pid}`, interrupt.signal)
  const stopShowing = progress(
    () => `backup  ${archive.files.length.toLocaleString('en')} files · ${sizeText(archive.bytes)}`,
  )
  try {
    const made = await write(settings, keyEncryption, archive, madeAt)
    await archive.finish()
    stopShowing()
    report(input, target, made, archive, (await stat(target)).size)
    return 0
  } catch (error) {
    await archive.abandon()
    throw explain(error, target)
  } finally {
    stopShowing()
    interrupt.release()
  }
}

/** A directory gets a file named by the time. Raises when the file exists: no backup is written over. */
async function targetOf(to: string, now: Date): Promise<string> {
  const given = resolve(to)
  const found = await stat(given).catch(() => undefined)
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  const target = found?.isDirectory() === true ? join(given, `drawbridge-${time}Z.tar.gz`) : given
  if (await isThere(target))
    throw new CommandRefusal(`${target} exists already; a backup is never written over.`)
  if (!(await isThere(dirname(target))))
    throw new CommandRefusal(`${dirname(target)} does not exist; make it first.`)
  return target
}

const orphan = /\.unfinished-(\d+)$/

/** Drafts of backups whose process was killed. */
async function removeOrphans(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = orphan.exec(name)?.[1]
    if (pid !== undefined && !processExists(Number(pid))) await rm(join(directory, name), { force: true })
  }
}

function explain(error: unknown, target: string): unknown {
  const code = errorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new CommandRefusal(
      `The disk of ${target} is full; nothing was kept. Free some space, or choose another --to.`,
    )
  if (code === 'EACCES' || code === 'EROFS')
    return new CommandRefusal(`${dirname(target)} cannot be written by this user. Choose another --to.`)
  return error
}

async function write(
  settings: Settings,
  keyEncryption: KeyEncryption,
  archive: ArchiveWriter,
  madeAt: Date,
): Promise<Header> {
  const server =
    settings.databaseUrl === undefined
      ? await startEmbedded({ home: settings.home, log: silentLog })
      : undefined
  try {
    const key = randomBytes(32)
    const header = await headerOf(settings, keyEncryption, { key, madeAt, server })
    await archive.addBytes(entryNames.header, Buffer.from(`${JSON.stringify(header, null, 2)}\n`))
    const log: CopiedLog | null = server
      ? await copyDatabase(server.connection, server.dataDirectory, archive)
      : null
    // After the database: what a row of it names was put into the store before that row.
    if (settings.storage.kind === 'disk') await copyFiles(settings.storage.directory, 'files', archive)
    await archive.addFile('secrets/checkpoint-key', join(settings.home, 'secrets', 'checkpoint-key'))
    const manifest = Buffer.from(JSON.stringify({ id: header.id, log, ...archive.content() }))
    await archive.addBytes(entryNames.manifest, manifest, false)
    await archive.addBytes(entryNames.authentication, Buffer.from(`${authenticate(key, manifest)}\n`), false)
    return header
  } finally {
    await server?.stop()
  }
}

async function headerOf(
  settings: Settings,
  keyEncryption: KeyEncryption,
  made: { key: Buffer; madeAt: Date; server: EmbeddedPostgres | undefined },
): Promise<Header> {
  const id = randomUUID()
  const wrap = async (bytes: Buffer, column: Parameters<typeof backupCell>[1]) => {
    const { kekId, wrapped } = await keyEncryption.wrap(bytes, backupCell(id, column))
    return { kekId, wrapped: wrapped.toString('base64') }
  }
  const password = made.server?.connection.password
  return {
    format: backupFormat,
    id,
    madeAt: made.madeAt.toISOString(),
    migration: (await readMigrations(migrationsDirectory)).length,
    database: made.server ? 'embedded' : 'external',
    files: settings.storage.kind,
    postgresMajor: POSTGRES_MAJOR,
    authentication: await wrap(made.key, 'authentication'),
    superuserPassword:
      password === undefined ? null : await wrap(Buffer.from(password), 'superuser-password'),
  }
}

/** Adds the sealed files; unfinished writes of the store are left out. */
async function copyFiles(directory: string, name: string, archive: ArchiveWriter): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown): Dirent[] => {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  })
  await archive.addDirectory(name)
  for (const entry of entries) {
    const path = join(directory, entry.name)
    if (entry.isDirectory() && entry.name !== 'unfinished')
      await copyFiles(path, `${name}/${entry.name}`, archive)
    else if (entry.isFile()) await archive.addFile(`${name}/${entry.name}`, path)
  }
}

function report(
  input: CommandInput,
  target: string,
  header: Header,
  archive: ArchiveWriter,
  size: number,
): void {
  const missing = [
    header.database === 'external' &&
      'The database is not in it: DATABASE_URL names one of your own. Back that up with its own tools, just before or at the same time.',
    header.files === 's3' && 'The sealed files are not in it: they lie in a bucket. Keep its versions.',
  ].filter((words) => words !== false)
  const value = {
    file: target,
    id: header.id,
    made_at: header.madeAt,
    database: header.database,
    files: header.files,
    entries: archive.files.length,
    bytes: archive.bytes,
    compressed_bytes: size,
  }
  print(input, value, () => {
    const keep = `Keep the key-encryption key and the list of erasures apart from it: without the key nobody can open it.\n`
    const count = archive.files.length.toLocaleString('en')
    return `${basename(target)}  ${count} files, ${sizeText(archive.bytes)}, ${sizeText(size)} compressed\n${missing.map((line) => `${line}\n`).join('')}${keep}`
  })
}
