import type { PoolClient } from 'pg'
import { type Query, run } from './connection.ts'

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/**
 * The statements of one transaction, run in their order. A statement whose answer nobody needs waits for the next one
 * that is asked for and travels with it: half of what a small transaction costs is the way to the server and back.
 */
export class Pipeline implements Query {
  readonly #client: PoolClient
  #waiting: Statement[] = []
  #failure: { readonly error: unknown } | undefined

  constructor(client: PoolClient) {
    this.#client = client
  }

  /** Runs a statement that returns nothing. Should it fail, the next `query` or `commit` raises what it failed with. */
  write(text: string, values: readonly unknown[]): void {
    this.#waiting.push({ text, values })
  }

  /** Runs a statement and what waited before it. Raises the first failure of them. */
  query<R>(text: string, values: readonly unknown[] = []): Promise<{ rows: R[] }> {
    return this.#ask(() => run<R>(this.#client, text, values))
  }

  /** Commits what ran and what waited. Raises the first failure; nothing is kept then. */
  async commit(): Promise<void> {
    const { command } = await this.#ask(() => this.#client.query('commit'))
    if (this.#failure) throw this.#failure.error
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back: a statement in it had failed')
  }

  async #ask<T>(send: () => Promise<T>): Promise<T> {
    const answer = this.#sendTogether(send)
    try {
      return await answer
    } catch (error) {
      // After one failure the server refuses the rest of the transaction: the first is the one to tell of.
      throw this.#failure?.error ?? error
    }
  }

  /** One write to the socket for everything that is sent until the event loop goes on. */
  #sendTogether<T>(send: () => Promise<T>): Promise<T> {
    const { stream } = this.#client.connection
    stream.cork()
    process.nextTick(() => stream.uncork())
    const waiting = this.#waiting
    this.#waiting = []
    for (const { text, values } of waiting)
      run(this.#client, text, values).catch((error: unknown) => {
        this.#failure ??= { error }
      })
    return send()
  }
}
