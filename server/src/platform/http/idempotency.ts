import { createHash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { isLockTimeout } from '../db/index.ts'
import { Fault } from '../fault.ts'
import type { FirstAnswer, Scope, Statement } from '../scope.ts'
import { type AccountVault, keyIdOf, open, seal } from '../vault/index.ts'
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
function nameOf(vault: AccountVault, key: string): string {
  const bytes = Buffer.alloc(16)
  bytes.writeBigInt64BE(vault.token('idempotency-key/1', key), 0)
  bytes.writeBigInt64BE(vault.token('idempotency-key/2', key), 8)
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

/** The statement that claims a key, for a transaction to begin with; `claimKey` takes its answer. */
export function claimStatement(
  accountId: string,
  vault: AccountVault,
  clockOffsetMs: number,
  claim: KeyClaim,
): Statement {
  return {
    text: `insert into idempotency (account_id, key, fingerprint, created_at, expires_at)
       select $1, $2, $3, made.at, made.at + make_interval(days => $5)
       from (select now() + $4::double precision * interval '1 millisecond' as at) as made
       on conflict (account_id, key) do nothing returning 1 as claimed`,
    values: [accountId, nameOf(vault, claim.key), claim.print, clockOffsetMs, rememberedDays],
  }
}

/** A key and the fingerprint of the request that came with it. */
export interface KeyClaim {
  readonly key: string
  readonly print: Buffer
}

/**
 * Takes the answer of the claim. Returns null when the key is ours now, or the reply kept by the request that had
 * it before; a request that is still running is waited for. Raises `idempotency-key.reused` when that was another
 * request, `idempotency-key.erased` when the reply went with its profile, `idempotency-key.in-progress` when it runs
 * longer than the scope's lock time.
 */
export async function claimKey(scope: Scope, first: FirstAnswer, claim: KeyClaim): Promise<Reply | null> {
  if (await isClaimed(first)) return null
  const name = nameOf(scope.vault, claim.key)
  const { rows } = await scope.query<Row>(
    'select fingerprint, status, headers, body from idempotency where account_id = $1 and key = $2',
    [scope.accountId, name],
  )
  const row = rows[0]
  // The owner rolled back or the record expired between the two statements: the caller may try at once.
  if (!row) throw new Fault('idempotency-key.in-progress', { retryAfterSeconds: 1 })
  if (!row.fingerprint.equals(claim.print)) throw new Fault('idempotency-key.reused')
  if (row.body === null) throw new Fault('idempotency-key.erased')
  const cell = { account: scope.accountId, table: 'idempotency', column: 'body', row: name }
  const body = zstdDecompressSync(open(await scope.vault.keyById(keyIdOf(row.body) ?? ''), cell, row.body))
  return { status: row.status ?? 200, headers: { ...row.headers, 'idempotency-replayed': 'true' }, body }
}

async function isClaimed(first: FirstAnswer): Promise<boolean> {
  try {
    return (await first).rows.length === 1
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
  const name = nameOf(scope.vault, key)
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
