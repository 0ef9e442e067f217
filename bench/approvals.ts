import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

const lookEveryMs = 10
const patienceMs = 60_000

interface Waiting {
  readonly since: number
  readonly approved: () => void
  readonly failed: (error: Error) => void
}

/** Tells when applications of an account have been approved, by one look at the database for all that wait. */
export class Approvals {
  readonly #pool: pg.Pool
  readonly #account: string
  readonly #waiting = new Map<string, Waiting>()
  #isLooking = false

  constructor(pool: pg.Pool, account: string) {
    this.#pool = pool
    this.#account = account
  }

  /** Ends when the application of this profile is approved. Raises when that takes longer than a minute. */
  of(profileId: string): Promise<void> {
    const answer = new Promise<void>((approved, failed) => {
      this.#waiting.set(profileId, { since: performance.now(), approved, failed })
    })
    if (!this.#isLooking) void this.#look()
    return answer
  }

  async #look(): Promise<void> {
    this.#isLooking = true
    while (this.#waiting.size > 0) {
      await this.#lookOnce().catch((error: unknown) => {
        this.#giveUp(error instanceof Error ? error : new Error(String(error)), 0)
      })
      this.#giveUp(new Error('An onboarding was not approved within a minute'), patienceMs)
      await sleep(lookEveryMs)
    }
    this.#isLooking = false
  }

  async #lookOnce(): Promise<void> {
    const { rows } = await this.#pool.query<{ id: string }>({
      name: 'approvals',
      text: `select profile_id as id from application where account_id = $1 and profile_id = any($2) and status = 'APPROVED'`,
      values: [this.#account, [...this.#waiting.keys()]],
    })
    for (const { id } of rows) {
      this.#waiting.get(id)?.approved()
      this.#waiting.delete(id)
    }
  }

  #giveUp(error: Error, olderThanMs: number): void {
    for (const [id, { since, failed }] of this.#waiting) {
      if (performance.now() - since < olderThanMs) continue
      failed(error)
      this.#waiting.delete(id)
    }
  }
}
