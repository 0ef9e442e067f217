import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { type FileHandle, link, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'
import { type Pack, pack } from 'tar-stream'
import { errorCode } from '../error-code.ts'
import { syncDirectory } from '../sync-directory.ts'
import type { Manifest } from './manifest.ts'

const chunkBytes = 256 * 1024
const zeros = Buffer.alloc(chunkBytes)

/**
 * Writes a compressed tar archive of mode 0600 under a name of its own, and gives it the final one when it is whole
 * and on the disk. Remembers name, length and SHA-256 of each file.
 */
export class ArchiveWriter {
  readonly files: { name: string; bytes: number; sha256: string }[] = []
  readonly directories: string[] = []
  bytes = 0
  readonly #target: string
  readonly #draft: string
  readonly #pack: Pack = pack()
  readonly #broken = new AbortController()
  readonly #signal: AbortSignal
  readonly #drained: Promise<void>

  constructor(target: string, draft: string, signal: AbortSignal) {
    this.#target = target
    this.#draft = draft
    this.#signal = AbortSignal.any([signal, this.#broken.signal])
    const out = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true })
    this.#drained = pipeline(contentOf(this.#pack), createGzip({ level: constants.Z_BEST_SPEED }), out)
    this.#drained.catch((error: unknown) => this.#broken.abort(error))
  }

  async addDirectory(name: string): Promise<void> {
    this.directories.push(name)
    await this.#write({ name, type: 'directory', mode: 0o700 }, async () => undefined)
  }

  /** Adds bytes as a file; `listed` false keeps it out of the manifest, which cannot hold itself. */
  async addBytes(name: string, bytes: Buffer, listed = true): Promise<void> {
    await this.#write({ name, mode: 0o600, size: bytes.length }, (write) => write(bytes))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (listed) this.files.push({ name, bytes: bytes.length, sha256 })
  }

  /** Adds a file as long as it is now, though it may grow or shrink meanwhile. False when it is not there any more. */
  async addFile(name: string, path: string): Promise<boolean> {
    const handle = await open(path, 'r').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    })
    if (handle === undefined) return false
    try {
      const { size, mtime } = await handle.stat()
      const hash = createHash('sha256')
      await this.#write({ name, mode: 0o600, size, mtime }, (write) => copy(handle, size, hash, write))
      this.files.push({ name, bytes: size, sha256: hash.digest('hex') })
      return true
    } finally {
      await handle.close()
    }
  }

  /** What has been added, in the order of its adding. */
  content(): Pick<Manifest, 'directories' | 'files'> {
    return { directories: this.directories, files: this.files }
  }

  /** Ends the archive and gives it its name. Raises when something of that name has come to be meanwhile. */
  async finish(): Promise<void> {
    this.#pack.finalize()
    await this.#drained
    this.#signal.throwIfAborted()
    await link(this.#draft, this.#target)
    await rm(this.#draft)
    await syncDirectory(dirname(this.#target))
  }

  /** Removes what was written. */
  async abandon(): Promise<void> {
    this.#pack.destroy(new Error('The backup was given up'))
    await this.#drained.catch(() => undefined)
    await rm(this.#draft, { force: true })
  }

  async #write(
    header: Parameters<Pack['entry']>[0],
    fill: (write: (chunk: Buffer) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    const signal = this.#signal
    signal.throwIfAborted()
    const ended = Promise.withResolvers<true>()
    const entry = this.#pack.entry(header, (error) => (error ? ended.reject(error) : ended.resolve(true)))
    ended.promise.catch(() => undefined)
    await fill(async (chunk) => {
      signal.throwIfAborted()
      this.bytes += chunk.length
      if (!entry.write(chunk)) await once(entry, 'drain', { signal })
    })
    entry.end(null)
    await untilAborted(ended.promise, signal)
  }
}

async function untilAborted(work: Promise<true>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  await Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', abort))
}

async function* contentOf(archive: Pack): AsyncGenerator<Buffer> {
  for await (const chunk of archive as AsyncIterable<Buffer>) yield chunk
}

async function copy(
  handle: FileHandle,
  size: number,
  hash: Hash,
  write: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < size; ) {
    const wanted = Math.min(chunkBytes, size - at)
    const buffer = Buffer.allocUnsafe(wanted)
    const { bytesRead } = await handle.read(buffer, 0, wanted, at)
    // A file that PostgreSQL has cut off meanwhile is made whole again out of the log.
    const chunk = bytesRead === 0 ? zeros.subarray(0, wanted) : buffer.subarray(0, bytesRead)
    hash.update(chunk)
    await write(chunk)
    at += chunk.length
  }
}
