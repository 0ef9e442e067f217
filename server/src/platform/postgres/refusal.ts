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
