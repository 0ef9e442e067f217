import { sha256Of } from '../sha256.ts'

/**
 * The key of one effect: `hex(SHA-256(run ‖ op ‖ source id ‖ body_sha))` (reliability-security E.3). Derived, not
 * random, so that the same effect has the same key after any crash, even when the ledger is lost.
 */
export function idempotencyKey(run: string, op: string, sourceId: string, bodySha: string): string {
  return sha256Of([run, op, sourceId, bodySha].join('\n'))
}

/** JSON with the names of every object in order, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
