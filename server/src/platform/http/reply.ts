import { errors } from '@drawbridge/schema/errors.ts'
import { Fault, Faults } from '../fault.ts'

/** A reply as it goes over the wire, and as an idempotency record keeps it. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON text in UTF-8; empty where the reply has no body. */
  readonly body: Buffer
}

/** A JSON reply; `undefined` becomes an empty object, since clients parse every reply. */
export function jsonReply(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return { status, headers, body: Buffer.from(JSON.stringify(body ?? {})) }
}

function entryOf(fault: Fault) {
  return {
    code: errors[fault.reason].code,
    message: fault.message,
    source: 'API',
    info: {
      reason: fault.reason,
      ...(fault.pointer === undefined ? {} : { pointer: fault.pointer }),
      ...fault.info,
    },
  }
}

/** The reply of a refusal: one entry for each fault, the status of the first. */
export function faultReply(thrown: Fault | Faults): Reply {
  const faults = thrown instanceof Faults ? thrown.faults : [thrown]
  const first = faults[0] ?? new Fault('service.fault')
  const headers: Record<string, string> = { ...first.headers }
  if (first.retryAfterSeconds !== undefined) headers['retry-after'] = String(first.retryAfterSeconds)
  if (first.current) {
    headers.etag = first.current.etag
    return jsonReply(errors[first.reason].status, first.current.body, headers)
  }
  return jsonReply(errors[first.reason].status, { errors: faults.map(entryOf) }, headers)
}

/** Whether a refusal came of the work itself, so that the same request would be refused again (kept for replays). */
export function isSettled(thrown: unknown): thrown is Fault | Faults {
  if (thrown instanceof Faults) return thrown.faults.every((fault) => isSettled(fault))
  return thrown instanceof Fault && [409, 412, 422].includes(errors[thrown.reason].status)
}
