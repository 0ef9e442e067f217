import type { GuardedFetch } from '../net/index.ts'
import { openLocalDisk } from './local-disk.ts'
import { openS3, type S3Settings } from './s3.ts'
import type { Storage } from './storage.ts'

export type { Storage, StoredItem } from './storage.ts'

/** Where contents are kept: a folder (the default), or a bucket. */
export type StorageSettings =
  | { readonly kind: 'disk'; readonly directory: string }
  | ({ readonly kind: 's3' } & S3Settings)

/** Opens the store that the settings name. `guardedFetch` is only used for `s3`. */
export async function createStorage(settings: StorageSettings, guardedFetch: GuardedFetch): Promise<Storage> {
  return settings.kind === 'disk' ? openLocalDisk(settings.directory) : openS3(settings, guardedFetch)
}
