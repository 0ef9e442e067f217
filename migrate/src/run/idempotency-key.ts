import { createHash } from 'node:crypto'

/**
 * The key of one effect: `hex(SHA-256(run ‖ op ‖ source id ‖ body_sha))` (reliability-security E.3). Derived, not
 * random, so that the same effect has the same key after any crash, even when the ledger is lost.
 */
export function idempotencyKey(run: string, op: string, sourceId: string, bodySha: string): string {
  return sha256Of([run, op, sourceId, bodySha].join('\n'))
}

/** SHA-256 of a text in UTF-8, or of bytes, hexadecimal. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** JSON with the names of every object in order, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
