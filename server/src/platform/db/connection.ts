import type { PoolClient } from 'pg'

/** The one thing that most need of a connection: to ask, and to get rows. */
export interface Query {
  query<R>(text: string, values?: unknown[]): Promise<{ rows: R[] }>
}

/** Prepared statements are named by their text; past this many the rest go unnamed, so that no server keeps thousands. */
const preparedMax = 400
const names = new Map<string, string>()

function nameOf(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined) return known
  if (names.size >= preparedMax) return undefined
  const name = `q${names.size}`
  names.set(text, name)
  return name
}

/** Runs one statement, prepared on this connection at its first use. */
export async function run<R>(
  client: PoolClient,
  text: string,
  values: readonly unknown[],
): Promise<{ rows: R[] }> {
  const name = nameOf(text)
  const statement = { text, values: [...values] }
  return client.query<R & Record<string, unknown>>(name === undefined ? statement : { ...statement, name })
}

/** A connection whose statements are prepared at their first use. */
export function preparedQuery(client: PoolClient): Query {
  return { query: (text, values = []) => run(client, text, values) }
}
