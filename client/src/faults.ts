import type { ApiError as Fault } from '@drawbridge/schema/error-body.ts'

/** The faults of a refusal, in the server's words. */
export type Faults = readonly Fault[]

/**
 * The faults in a parsed reply. An older server sends one object instead of a list, and none means success
 * (API 4.0, section 1); entries without a code are no faults.
 */
export function readFaults(body: unknown): Faults {
  if (typeof body !== 'object' || body === null || !('errors' in body)) return []
  return [body.errors].flat().filter(isFault)
}

function isFault(entry: unknown): entry is Fault {
  return typeof entry === 'object' && entry !== null && 'code' in entry && Number.isInteger(entry.code)
}
