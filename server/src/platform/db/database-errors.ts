import { DatabaseError } from 'pg'
import { Fault } from '../fault.ts'

const lockTimeout = '55P03'
const deadlock = '40P01'
const serialization = '40001'
const uniqueViolation = '23505'

/** Classes and codes after which the database may answer again by itself: resources, operator, system, connection. */
const passing = /^(08|53|57|58|25006)/

/** A lock was not had within the scope's lock time. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === lockTimeout
}

/** The database chose this transaction to give way; the same work may be tried again at once. */
export function isRetryable(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === deadlock || error.code === serialization)
}

/** A unique row was met that another transaction had written. */
export function isTaken(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === uniqueViolation
}

/** The connection is gone, so what was last asked of it may or may not have happened. */
export function isLostConnection(error: unknown): boolean {
  if (error instanceof DatabaseError) return /^(08|57P)/.test(error.code ?? '')
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return (
    /^(ECONNRESET|ECONNREFUSED|EPIPE|ENOENT|ETIMEDOUT)$/.test(code) ||
    /Connection terminated|connection (error|timeout)|timeout exceeded when trying to connect|not queryable/i.test(
      error.message,
    )
  )
}

/** Turns what the database or its connection threw into a refusal for the caller; anything else stays as it is. */
export function databaseFault(error: unknown): unknown {
  if (isLockTimeout(error) || isRetryable(error))
    return new Fault('service.busy', { retryAfterSeconds: 1, cause: error })
  if (isLostConnection(error)) return new Fault('service.unavailable', { retryAfterSeconds: 2, cause: error })
  if (error instanceof DatabaseError && passing.test(error.code ?? ''))
    return new Fault('service.unavailable', { retryAfterSeconds: 5, cause: error })
  return error
}
