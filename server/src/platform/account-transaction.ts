import type { Pool, PoolClient } from 'pg'
import type { Query } from './db/index.ts'

/**
 * Runs `work` in one transaction as the account, without a Scope: for what the platform does to its own tables.
 * Nothing is kept when it throws; a connection that fails even to roll back is not used again. A `snapshot` only
 * reads, and sees one state of the database however long it reads.
 */
export async function asAccount<R>(
  pool: Pick<Pool, 'connect'>,
  accountId: string,
  work: (query: Query) => Promise<R>,
  mode: 'read write' | 'snapshot' = 'read write',
): Promise<R> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query(mode === 'snapshot' ? 'begin isolation level repeatable read read only' : 'begin')
    await client.query("select set_config('app.account_id', $1, true)", [accountId])
    const result = await work(plainQuery(client))
    const { command } = await client.query('commit')
    if (command !== 'COMMIT') throw new Error('The transaction was rolled back: a statement in it had failed')
    return result
  } catch (error) {
    broken = await rollBack(client)
    throw error
  } finally {
    client.release(broken)
  }
}

/** The platform's view of a connection or pool. */
export function plainQuery(client: Pick<PoolClient, 'query'>): Query {
  return {
    query: async <R>(text: string, values: unknown[] = []) =>
      client.query<R & Record<string, unknown>>(text, values),
  }
}

async function rollBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
