import { Fault } from '../fault.ts'

/** One stored content, as a sweep sees it. */
export interface StoredItem {
  readonly id: string
  readonly modified: Date
}

/**
 * Where sealed contents lie, by id. Contents are sealed before they come here; a store neither reads nor changes
 * them. All operations raise `service.unavailable` when the store cannot be reached or is full.
 */
export interface Storage {
  /** Keeps the bytes; when the promise is fulfilled they survive a crash. The same id again replaces them whole. */
  put(id: string, bytes: Uint8Array): Promise<void>
  /** The bytes, or null when there are none. */
  get(id: string): Promise<Buffer | null>
  /** Removes the bytes; nothing happens when there are none. */
  delete(id: string): Promise<void>
  exists(id: string): Promise<boolean>
  /**
   * Everything stored, in the fixed order of `placeOf`, beginning behind the id `after`, which need not exist.
   * What is put or deleted meanwhile may or may not be seen.
   */
  list(after?: string): AsyncIterable<StoredItem>
  /** Writes, reads and removes a probe. Raises `service.unavailable` when any of it fails. */
  check(): Promise<void>
}

const ID = /^[0-9a-f-]{36}$/

/** True for text that can be the id of a stored content: 36 characters of a UUID in lower case. */
export function isStorageId(text: string): boolean {
  return ID.test(text)
}

/**
 * The relative place of a content: two levels of folders out of the id's last four digits, which are random in
 * every kind of UUID; the first ones stand still for weeks in version 7. Raises an `Error` for what is no id,
 * which is a defect of the caller: ids are made by the server (ASVS 5.3.2).
 */
export function placeOf(id: string): [folder: string, subfolder: string, name: string] {
  if (!isStorageId(id)) throw new Error('A storage id must be a UUID in lower case')
  return [id.slice(32, 34), id.slice(34, 36), id]
}

/** `service.unavailable` with the cause for the log. */
export function unavailable(message: string, cause?: unknown): Fault {
  return new Fault('service.unavailable', { message, cause, retryAfterSeconds: 5 })
}

/** The probe behind `check`, the same for every store. */
export async function probe(storage: Storage): Promise<void> {
  const id = crypto.randomUUID()
  const content = crypto.getRandomValues(new Uint8Array(64))
  try {
    await storage.put(id, content)
    const read = await storage.get(id)
    if (!read?.equals(content)) throw unavailable('The file storage does not give back what it was given')
  } finally {
    await storage.delete(id)
  }
}
