import { lstat, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { syncDirectory } from '../sync-directory.ts'
import { isStorageId, placeOf, probe, type Storage, type StoredItem, unavailable } from './storage.ts'

const FOLDER = /^[0-9a-f-]{2}$/
/** Unfinished writes lie here, on the same file system, and are swept when they are old enough to be orphans. */
const UNFINISHED = 'unfinished'
const ORPHAN_AFTER_MS = 60 * 60 * 1000

/** Contents as files `directory/ab/cd/id`: files 0600, folders 0700. */
class LocalDisk implements Storage {
  readonly #directory: string
  readonly #durable = new Set<string>()
  readonly #making = new Map<string, Promise<void>>()

  constructor(directory: string) {
    this.#directory = directory
  }

  async open(): Promise<void> {
    await mkdir(join(this.#directory, UNFINISHED), { recursive: true, mode: 0o700 })
    await this.#sweepUnfinished()
  }

  async put(id: string, bytes: Uint8Array): Promise<void> {
    const [folder, subfolder, name] = placeOf(id)
    const target = join(this.#directory, folder, subfolder)
    const unfinished = join(this.#directory, UNFINISHED, `${id}.${crypto.randomUUID()}`)
    await this.#attempt(async () => {
      await this.#makeFolder(folder, subfolder)
      try {
        await writeDurably(unfinished, bytes)
        await rename(unfinished, join(target, name))
      } catch (error) {
        await rm(unfinished, { force: true })
        throw error
      }
      await syncDirectory(target)
    })
  }

  async get(id: string): Promise<Buffer | null> {
    const path = this.#path(id)
    return this.#unlessAbsent(null, () => readFile(path))
  }

  async exists(id: string): Promise<boolean> {
    const path = this.#path(id)
    return this.#unlessAbsent(false, async () => (await stat(path)).isFile())
  }

  async delete(id: string): Promise<void> {
    const path = this.#path(id)
    await this.#unlessAbsent(undefined, async () => {
      await unlink(path)
      await syncDirectory(dirname(path))
    })
  }

  async *list(after?: string): AsyncIterable<StoredItem> {
    const from = after === undefined ? null : placeOf(after).join('/')
    const isBehind = (place: string) => from === null || place > from
    const mayHold = (folder: string) => from === null || folder >= from.slice(0, folder.length)
    for (const folder of await this.#names('', (name) => FOLDER.test(name) && mayHold(name))) {
      for (const subfolder of await this.#names(folder, (name) => mayHold(`${folder}/${name}`))) {
        const within = `${folder}/${subfolder}`
        for (const id of await this.#names(
          within,
          (name) => isStorageId(name) && isBehind(`${within}/${name}`),
        )) {
          const status = await this.#unlessAbsent(null, () => lstat(join(this.#directory, within, id)))
          if (status?.isFile()) yield { id, modified: status.mtime }
        }
      }
    }
  }

  async check(): Promise<void> {
    await probe(this)
  }

  #path(id: string): string {
    return join(this.#directory, ...placeOf(id))
  }

  async #names(within: string, accept: (name: string) => boolean): Promise<string[]> {
    const names = await this.#unlessAbsent([], () => readdir(join(this.#directory, within)))
    return names.filter(accept).sort()
  }

  /**
   * A folder is only there after a crash when its parents have been made durable too. Whoever comes while another
   * makes the same folder waits for that, and a folder found there may be one that a crashed process left unsynced.
   */
  async #makeFolder(folder: string, subfolder: string): Promise<void> {
    const inside = join(folder, subfolder)
    if (this.#durable.has(inside)) return
    const making = this.#making.get(inside) ?? this.#makeDurably(folder, inside)
    this.#making.set(inside, making)
    try {
      await making
      this.#durable.add(inside)
    } finally {
      this.#making.delete(inside)
    }
  }

  async #makeDurably(folder: string, inside: string): Promise<void> {
    await mkdir(join(this.#directory, inside), { recursive: true, mode: 0o700 })
    await syncDirectory(join(this.#directory, folder))
    await syncDirectory(this.#directory)
  }

  async #sweepUnfinished(): Promise<void> {
    const within = join(this.#directory, UNFINISHED)
    for (const name of await readdir(within)) {
      const path = join(within, name)
      const status = await this.#unlessAbsent(null, () => lstat(path))
      if (status && Date.now() - status.mtimeMs > ORPHAN_AFTER_MS) await rm(path, { force: true })
    }
  }

  async #unlessAbsent<T>(absent: T, act: () => Promise<T>): Promise<T> {
    return this.#attempt(async () => {
      try {
        return await act()
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return absent
        throw error
      }
    })
  }

  async #attempt<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      const message =
        errorCode(error) === 'ENOSPC' ? 'The file storage is full' : 'The file storage cannot be used'
      throw unavailable(message, error)
    }
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Opens a folder as a store and makes it when it is not there. A write becomes visible whole or not at all: it
 * goes to a file of its own, is synced, renamed into place, and the folder synced.
 */
export async function openLocalDisk(directory: string): Promise<Storage> {
  const disk = new LocalDisk(directory)
  await disk.open()
  return disk
}
