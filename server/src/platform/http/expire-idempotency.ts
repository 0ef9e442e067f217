import type { Pool } from 'pg'
import { asAccount } from '../account-transaction.ts'

const batch = 1_000

/** Forgets the replies of one account whose time is over, in batches, so that no lock is held long. Returns how many. */
export async function expireIdempotency(pool: Pool, accountId: string, now: Date): Promise<number> {
  let forgotten = 0
  for (;;) {
    const { rows } = await asAccount(pool, accountId, (query) =>
      query.query(
        `delete from idempotency where account_id = $1 and key in (
           select key from idempotency where account_id = $1 and expires_at < $2 order by expires_at limit $3)
         returning 1 as forgotten`,
        [accountId, now, batch],
      ),
    )
    forgotten += rows.length
    if (rows.length < batch) return forgotten
  }
}
