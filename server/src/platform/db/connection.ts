import type { PoolClient } from 'pg'
import { type Answer, sendTogether } from './batch.ts'

/** The one thing that most need of a connection: to ask, and to get rows. */
export interface Query {
  query<R>(text: string, values?: unknown[]): Promise<{ rows: R[] }>
}

/** Runs one statement, prepared on this connection at its first use. */
export async function run<R>(
  client: PoolClient,
  text: string,
  values: readonly unknown[],
): Promise<{ rows: R[] }> {
  const answer = await new Promise<Answer>((resolve, reject) => {
    sendTogether(client, [{ text, values, resolve, reject }])
  })
  return answer as { rows: R[] }
}

/** A connection whose statements are prepared at their first use. */
export function preparedQuery(client: PoolClient): Query {
  return { query: (text, values = []) => run(client, text, values) }
}
