import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { DatabaseRefusal } from '../postgres/refusal.ts'
import { entryNames, Header, isAuthentic, isSafeName, Manifest } from './manifest.ts'

interface Entry extends AsyncIterable<Buffer> {
  readonly header: { readonly name: string; readonly type?: string | null | undefined }
  resume(): unknown
}

/** Far more than a header or a list of files is; what claims to be longer is not read into memory. */
const textBytesMax = 512 * 1024 * 1024

/** The backup cannot be used: it is damaged, altered, or none at all. */
export class BackupRefusal extends DatabaseRefusal {}

/** Reads what a backup says of itself. Raises `BackupRefusal`. */
export async function readHeader(path: string): Promise<Header> {
  return reading(path, async () => {
    for await (const entry of entriesOf(path))
      return parseHeader(path, entry.header.name, await textOf(entry))
    throw damaged(path, 'it is empty')
  })
}

/**
 * Writes the content of a backup below `directory` and holds every file against the manifest, and the manifest
 * against the key. Raises `BackupRefusal` with the first difference; what has been written then must not be used.
 */
export async function extractBackup(path: string, directory: string, key: Buffer): Promise<Manifest> {
  return reading(path, async () => {
    const { texts, found, directories } = await write(path, directory)
    const manifest = parseManifest(path, texts, key)
    compare(path, manifest, found, directories)
    return manifest
  })
}

interface Written {
  /** The entries that are not content, by name. */
  readonly texts: ReadonlyMap<string, Buffer>
  readonly found: ReadonlyMap<string, { bytes: number; sha256: string }>
  readonly directories: ReadonlySet<string>
}

async function write(path: string, directory: string): Promise<Written> {
  const found = new Map<string, { bytes: number; sha256: string }>()
  const directories = new Set<string>()
  const texts = new Map<string, Buffer>()
  const own = new Set<string>(Object.values(entryNames))
  for await (const entry of entriesOf(path)) {
    const { name, type } = entry.header
    if (own.has(name)) texts.set(name, await textOf(entry))
    else if (!isSafeName(name) || found.has(name)) throw damaged(path, 'it holds a name that no backup has')
    else if (type === 'directory') {
      entry.resume()
      directories.add(name.replace(/\/$/, ''))
      await mkdir(join(directory, name), { recursive: true, mode: 0o700 })
    } else if (type === 'file') found.set(name, await writeEntry(entry, join(directory, name)))
    else throw damaged(path, 'it holds something that is no file')
  }
  return { texts, found, directories }
}

async function writeEntry(entry: Entry, path: string): Promise<{ bytes: number; sha256: string }> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const handle = await open(path, 'wx', 0o600)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of entry) {
      hash.update(chunk)
      bytes += chunk.length
      await handle.writeFile(chunk)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}

async function* entriesOf(path: string): AsyncGenerator<Entry> {
  const file = createReadStream(path)
  const unpacked = createGunzip()
  const archive = extract()
  const fail = (error: Error) => archive.destroy(error)
  file.on('error', fail).pipe(unpacked).on('error', fail).pipe(archive)
  try {
    yield* archive as AsyncIterable<Entry>
  } finally {
    file.destroy()
    unpacked.destroy()
  }
}

/** What unpacking stumbles over is damage of the backup, whatever it is called; what the system refuses is not. */
async function reading<R>(path: string, work: () => Promise<R>): Promise<R> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DatabaseRefusal || (error instanceof Error && 'syscall' in error)) throw error
    throw damaged(path, error instanceof Error ? error.message : 'it cannot be read', error)
  }
}

async function textOf(entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of entry) {
    bytes += chunk.length
    if (bytes > textBytesMax)
      throw new BackupRefusal('The backup has a list of files that is too long to read.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseHeader(path: string, name: string, text: Buffer): Header {
  try {
    if (name !== entryNames.header) throw new Error('no header')
    return Header.parse(JSON.parse(text.toString()))
  } catch (error) {
    throw damaged(path, 'it does not begin as a backup of this release does', error)
  }
}

function parseManifest(path: string, texts: ReadonlyMap<string, Buffer>, key: Buffer): Manifest {
  const manifest = texts.get(entryNames.manifest)
  const hmac = texts.get(entryNames.authentication)
  const header = texts.get(entryNames.header)
  if (!manifest || !hmac || !header) throw damaged(path, 'it ends before its list of files')
  if (!isAuthentic(key, manifest, hmac.toString().trim()))
    throw damaged(path, 'its list of files is not the one that was written')
  const parsed = Manifest.parse(JSON.parse(manifest.toString()))
  const listed = parsed.files.find((file) => file.name === entryNames.header)
  if (listed?.sha256 !== createHash('sha256').update(header).digest('hex'))
    throw damaged(path, 'its header was changed')
  return parsed
}

function compare(
  path: string,
  manifest: Manifest,
  found: ReadonlyMap<string, { bytes: number; sha256: string }>,
  directories: ReadonlySet<string>,
): void {
  const listed = manifest.files.filter((file) => file.name !== entryNames.header)
  for (const { name, bytes, sha256 } of listed) {
    const file = found.get(name)
    if (file === undefined) throw damaged(path, `${name} is missing`)
    if (file.bytes !== bytes || file.sha256 !== sha256) throw damaged(path, `${name} was changed`)
  }
  if (found.size !== listed.length || directories.size !== manifest.directories.length)
    throw damaged(path, 'it holds more than its list of files')
}

function damaged(path: string, why: string, cause?: unknown): BackupRefusal {
  return new BackupRefusal(`${path} cannot be restored: ${why}. Take another backup.`, { cause })
}
