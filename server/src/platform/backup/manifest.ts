import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Cell } from '../vault/index.ts'

/** The layout of backup files that this release writes and reads. */
export const backupFormat = 1

/** After this many days a backup is not restored any more: what erasure certificates promise. */
export const backupDaysMax = 30

const Wrap = z.strictObject({ kekId: z.string(), wrapped: z.base64() })

/** Bytes wrapped by a key-encryption key, in base64. */
export type Wrap = z.infer<typeof Wrap>

/** What a backup says of itself before its content; holds nothing personal and no key in the clear. */
export const Header = z.strictObject({
  format: z.int(),
  id: z.uuid(),
  /** ISO 8601 in UTC, by the clock of the machine that made it. */
  madeAt: z.iso.datetime(),
  /** The number of the newest migration. */
  migration: z.int(),
  /** Whether the database is in the backup. With `DATABASE_URL` its own tools make that backup. */
  database: z.enum(['embedded', 'external']),
  /** Whether the sealed files are in the backup; those of a bucket are not. */
  files: z.enum(['disk', 's3']),
  postgresMajor: z.int(),
  /** The key that authenticates the manifest. */
  authentication: Wrap,
  /** The password of the embedded server's superuser, which belongs to its data. */
  superuserPassword: Wrap.nullable(),
})

export type Header = z.infer<typeof Header>

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Everything that is in a backup; its last entry but one. */
export const Manifest = z.strictObject({
  id: z.uuid(),
  /** From where to where the database's log reaches; null without a database. */
  log: z.strictObject({ from: z.string(), to: z.string() }).nullable(),
  directories: z.array(z.string()),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.int(), sha256 })),
})

export type Manifest = z.infer<typeof Manifest>

/** The names of the entries that are not content. */
export const entryNames = {
  header: 'backup.json',
  manifest: 'manifest.json',
  authentication: 'manifest.hmac',
} as const

/** The cell that a secret of a backup is wrapped for. */
export function backupCell(id: string, column: 'authentication' | 'superuser-password'): Cell {
  return { account: '', table: 'backup', column, row: id }
}

/** HMAC-SHA256 of the manifest, hexadecimal: nobody without the key-encryption key can make or change a backup. */
export function authenticate(key: Buffer, manifest: Buffer): string {
  return createHmac('sha256', key).update(manifest).digest('hex')
}

/** Whether the manifest has this HMAC; takes as long for a wrong one. */
export function isAuthentic(key: Buffer, manifest: Buffer, hmac: string): boolean {
  const expected = Buffer.from(authenticate(key, manifest))
  const given = Buffer.from(hmac)
  return expected.length === given.length && timingSafeEqual(expected, given)
}

/** Why a backup must not be restored, in words; undefined when it may be. */
export function refusalOf(
  header: Header,
  here: {
    readonly now: Date
    readonly daysMax: number
    readonly allowOld: boolean
    readonly migration: number
    readonly postgresMajor: number
    readonly external: boolean
    readonly files: Header['files']
  },
): string | undefined {
  if (header.migration > here.migration)
    return `The backup was made by a newer release (migration ${header.migration}, this release ends at ${here.migration}). Restore it with that release.`
  if (header.database === 'embedded' && header.postgresMajor !== here.postgresMajor)
    return `The backup holds a database of PostgreSQL ${header.postgresMajor}, and this release runs ${here.postgresMajor}. Restore it with the release that made it.`
  if (header.database === 'embedded' && here.external)
    return 'The backup holds its database, and DATABASE_URL names another. Restore without DATABASE_URL.'
  if (header.database === 'external' && !here.external)
    return 'The backup was made beside a database of its own, which is not in it. Restore that database by its own tools, and set DATABASE_URL.'
  if (header.files !== here.files)
    return header.files === 'disk'
      ? 'The backup holds its sealed files, and DRAWBRIDGE_S3_BUCKET names a bucket. Restore without it.'
      : 'The sealed files of the backup lie in a bucket. Set DRAWBRIDGE_S3_BUCKET and what belongs to it.'
  const days = (here.now.getTime() - Date.parse(header.madeAt)) / 86_400_000
  if (days > here.daysMax && !here.allowOld)
    return `The backup is ${Math.floor(days)} days old. Certificates of erasure promise that no backup older than ${here.daysMax} days is used. --allow-old restores it all the same; --max-days changes the age.`
  return undefined
}

/** A name of an entry that may be written below a directory: relative, plain, without a way out. */
export function isSafeName(name: string): boolean {
  return (
    /^(database|files|secrets)(\/[^/\0\\]+)*\/?$/.test(name) &&
    !name.split('/').some((part) => /^\.{1,2}$/.test(part))
  )
}
