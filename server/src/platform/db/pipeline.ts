import type { PoolClient } from 'pg'
import { type Answer, type Asked, sendTogether } from './batch.ts'
import type { Query } from './connection.ts'

/**
 * The statements of one transaction, run in their order. A statement whose answer nobody needs waits for the next one
 * that is asked for, and what is asked for at once travels together: half of what a small transaction costs is the way
 * to the server and back.
 */
export class Pipeline implements Query {
  readonly #client: PoolClient
  #waiting: Asked[] = []
  #isLeaving = false
  #hasEnded = false
  #failure: { readonly error: unknown } | undefined

  constructor(client: PoolClient) {
    this.#client = client
  }

  /** Runs a statement that returns nothing. Should it fail, the next `query` or `commit` raises what it failed with. */
  write(text: string, values: readonly unknown[]): void {
    this.#waiting.push({ text, values, resolve: () => undefined, reject: (error) => this.#fail(error) })
  }

  /** Runs a statement and what waited before it. Raises the first failure of them. */
  async query<R>(text: string, values: readonly unknown[] = []): Promise<{ rows: R[] }> {
    const answer = await this.#ask(text, values)
    return answer as { rows: R[] }
  }

  /** Commits what ran and what waited. Raises the first failure; nothing is kept then. */
  async commit(): Promise<void> {
    const committed = this.#ask('commit', [])
    this.#hasEnded = true
    const { command } = await committed
    if (this.#failure) throw this.#failure.error
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back: a statement in it had failed')
  }

  /** Ends the transaction without keeping anything; what has not been sent yet never is. */
  async rollBack(): Promise<void> {
    const given = this.#waiting
    this.#waiting = []
    this.#hasEnded = true
    for (const { reject } of given) reject(new Error('The transaction was rolled back'))
    await this.#client.query('rollback')
  }

  #ask(text: string, values: readonly unknown[]): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      if (this.#hasEnded) throw new Error('The transaction has ended')
      this.#waiting.push({
        text,
        values,
        resolve,
        reject: (error) => {
          this.#fail(error)
          // After one failure the server refuses the rest of the transaction: the first is the one to tell of.
          reject(this.#failure?.error ?? error)
        },
      })
      this.#leaveSoon()
    })
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
  }

  /** What is asked for until the event loop goes on is sent together. */
  #leaveSoon(): void {
    if (this.#isLeaving) return
    this.#isLeaving = true
    process.nextTick(() => {
      this.#isLeaving = false
      const leaving = this.#waiting
      this.#waiting = []
      if (leaving.length > 0) sendTogether(this.#client, leaving)
    })
  }
}
