import { Batch } from '../src/platform/db/batch.ts'

/** A statement as a connection was given it. */
export interface SentStatement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** The statements in what `client.query` was called with: a text, a configuration or a batch. */
export function sentStatements(given: readonly unknown[]): readonly SentStatement[] {
  const [first, values] = given
  if (first instanceof Batch) return first.asked
  if (typeof first === 'string') return [{ text: first, values: Array.isArray(values) ? values : [] }]
  return [first as SentStatement]
}
