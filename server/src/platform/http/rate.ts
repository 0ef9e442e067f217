import type { Pool } from 'pg'
import { Fault } from '../fault.ts'
import type { Principal } from './principal.ts'

/** The operations with a bucket of their own (public API 4.0, "Rate limits"). */
export const limitedOperations: ReadonlySet<string> = new Set(['CreateProfile', 'ReplaceCollectedData'])

interface Bucket {
  allowed: boolean
  remaining: number
  resetSeconds: number
}

/**
 * Takes one call from the environment's bucket for the operation, where the environment limits calls. The bucket
 * holds an hour's calls, refills evenly and lives in the database, so that all nodes share it. Returns the headers
 * that tell what is left. Raises `rate.exceeded`.
 */
export async function takeCall(
  pool: Pool,
  principal: Principal,
  operation: string,
): Promise<Record<string, string>> {
  const { rateLimit } = principal
  if (rateLimit === undefined || !limitedOperations.has(operation)) return {}
  const { rows } = await pool.query<Bucket>({
    name: 'take_rate_token',
    text: `select allowed, remaining, reset_seconds as "resetSeconds" from take_rate_token($1, $2, $3)`,
    values: [principal.accountId, operation, rateLimit.perHour],
  })
  const bucket = rows[0] ?? { allowed: true, remaining: rateLimit.perHour, resetSeconds: 0 }
  const headers = {
    'x-ratelimit-remaining': String(bucket.remaining),
    'x-ratelimit-reset-secs': String(bucket.resetSeconds),
    'x-ratelimit-reset': new Date(Date.now() + bucket.resetSeconds * 1000).toUTCString(),
  }
  if (!bucket.allowed)
    throw new Fault('rate.exceeded', {
      message: `This call may be made ${rateLimit.perHour} times an hour`,
      retryAfterSeconds: Math.max(1, Math.ceil(3600 / rateLimit.perHour)),
      headers,
    })
  return headers
}
