/**
 * The database cannot be used as it stands. The message is for the operator: it says what is wrong, where, and what
 * to do, and never holds a secret or a customer's data.
 */
export class DatabaseRefusal extends Error {
  constructor(message: string, options: { readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'DatabaseRefusal'
  }
}

/** The code of a system or PostgreSQL error (`ENOENT`, `42501`), or an empty string when it has none. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
