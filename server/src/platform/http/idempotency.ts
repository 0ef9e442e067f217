import { createHash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { isLockTimeout } from '../db/index.ts'
import { Fault } from '../fault.ts'
import type { Scope } from '../scope.ts'
import { keyIdOf, open, seal } from '../vault/index.ts'
import type { Reply } from './reply.ts'

/** How long a key is remembered. */
const rememberedDays = 30
const quoted = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/
const bare = /^[\x21-\x7e]{1,255}$/

/**
 * Reads an `Idempotency-Key` header: a string of RFC 8941 (`"…"`) or a bare token, 1 to 255 visible ASCII
 * characters. Raises `idempotency-key.malformed`.
 */
export function readIdempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const string = quoted.exec(header.trim())?.[1]?.replace(/\\(["\\])/g, '$1')
  const key = string ?? header.trim()
  if (!bare.test(key) || (string === undefined && /["\\]/.test(key)))
    throw new Fault('idempotency-key.malformed', {
      message: 'Idempotency-Key must be 1 to 255 visible ASCII characters, quoted or bare',
    })
  return key
}

/**
 * What stands for a key in the database: 128 keyed bits. Callers make keys of their customers' references and names,
 * so the key itself is not kept.
 */
function nameOf(scope: Scope, key: string): string {
  const bytes = Buffer.alloc(16)
  bytes.writeBigInt64BE(scope.vault.token('idempotency-key/1', key), 0)
  bytes.writeBigInt64BE(scope.vault.token('idempotency-key/2', key), 8)
  return bytes.toString('hex')
}

/** What makes two requests the same: method, path, sorted query, conditions and the body's bytes. */
export function fingerprint(request: {
  method: string
  path: string
  query: URLSearchParams
  ifMatch: string | undefined
  bodySha256: Buffer
}): Buffer {
  const query = new URLSearchParams(request.query)
  query.delete('apikey')
  query.sort()
  return createHash('sha256')
    .update(JSON.stringify([request.method, request.path, query.toString(), request.ifMatch ?? null]))
    .update(request.bodySha256)
    .digest()
}

interface Row {
  fingerprint: Buffer
  status: number | null
  headers: Record<string, string> | null
  body: Buffer | null
}

/**
 * Claims the key for this transaction. Returns null when it is ours now, or the reply kept by the request that had
 * it before; a request that is still running is waited for. Raises `idempotency-key.reused` when that was another
 * request, `idempotency-key.erased` when the reply went with its profile, `idempotency-key.in-progress` when it runs
 * longer than the scope's lock time.
 */
export async function claimKey(scope: Scope, key: string, print: Buffer): Promise<Reply | null> {
  const name = nameOf(scope, key)
  const inserted = await insertKey(scope, name, print)
  if (inserted) return null
  const { rows } = await scope.query<Row>(
    'select fingerprint, status, headers, body from idempotency where account_id = $1 and key = $2',
    [scope.accountId, name],
  )
  const row = rows[0]
  // The owner rolled back or the record expired between the two statements: the caller may try at once.
  if (!row) throw new Fault('idempotency-key.in-progress', { retryAfterSeconds: 1 })
  if (!row.fingerprint.equals(print)) throw new Fault('idempotency-key.reused')
  if (row.body === null) throw new Fault('idempotency-key.erased')
  const cell = { account: scope.accountId, table: 'idempotency', column: 'body', row: name }
  const body = zstdDecompressSync(open(await scope.vault.keyById(keyIdOf(row.body) ?? ''), cell, row.body))
  return { status: row.status ?? 200, headers: { ...row.headers, 'idempotency-replayed': 'true' }, body }
}

async function insertKey(scope: Scope, name: string, print: Buffer): Promise<boolean> {
  try {
    const { rows } = await scope.query(
      `insert into idempotency (account_id, key, fingerprint, created_at, expires_at)
       values ($1, $2, $3, $4::timestamptz, $4::timestamptz + make_interval(days => $5))
       on conflict (account_id, key) do nothing returning 1 as claimed`,
      [scope.accountId, name, print, scope.now, rememberedDays],
    )
    return rows.length === 1
  } catch (error) {
    if (isLockTimeout(error))
      throw new Fault('idempotency-key.in-progress', { retryAfterSeconds: 1, cause: error })
    throw error
  }
}

/** Keeps the reply with the claimed key; `profileId` names whose erasure takes the body with it. */
export async function keepReply(
  scope: Scope,
  key: string,
  reply: Reply,
  profileId: string | null,
): Promise<void> {
  const name = nameOf(scope, key)
  const cell = { account: scope.accountId, table: 'idempotency', column: 'body', row: name }
  scope.write(
    `update idempotency set status = $3, headers = $4, body = $5, profile_id = $6
     where account_id = $1 and key = $2`,
    [
      scope.accountId,
      name,
      reply.status,
      reply.headers,
      seal(scope.vault.dataKey, cell, zstdCompressSync(reply.body)),
      profileId,
    ],
  )
}
