import type { ApiError } from '@drawbridge/client'
import type { Later, No, Unknown } from './target.ts'

const tooMany = 429
const stillRunning = 'idempotency-key.in-progress'

/**
 * Reads a call that brought no result as one of three kinds: a final no, certainly not done but possible later,
 * or unknown (reliability-security E.1). A request with our key that is still running elsewhere is waited for.
 */
export function replyOf(error: ApiError): No | Later | Unknown {
  const waitMs = error.retryAfterSeconds === undefined ? null : error.retryAfterSeconds * 1_000
  if (error.reason === stillRunning) return { kind: 'later', waitMs: waitMs ?? 1_000, why: error.message }
  if (error.outcome === 'unknown') return { kind: 'unknown', why: error.message }
  if (error.status === tooMany) return { kind: 'later', waitMs: waitMs ?? 1_000, why: error.message }
  if (error.retryable) return { kind: 'later', waitMs, why: error.message }
  return noOf(error)
}

function noOf(error: ApiError): No {
  const fault = error.errors[0]
  const pointers = error.errors
    .map((one) => textAt(one.info, 'pointer'))
    .filter((pointer) => pointer !== null)
  const words = fault?.message ?? error.message
  return {
    kind: 'no',
    status: error.status ?? 0,
    code: error.reason ?? (fault === undefined ? `HTTP ${error.status ?? 'none'}` : String(fault.code)),
    why: pointers.length === 0 ? words : `${words} (${pointers.join(', ')})`,
    existingId:
      textAt(fault?.info, 'profile_id') ?? textAt(fault?.info, 'existing_id') ?? textAt(fault?.info, 'id'),
  }
}

function textAt(info: unknown, name: string): string | null {
  if (typeof info !== 'object' || info === null || !(name in info)) return null
  const value = (info as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : null
}
