import type { Query } from '../db/index.ts'

/** When a job runs, and which other it replaces. */
export interface JobOptions {
  /** Not before this moment; at once when absent. */
  readonly runAt?: Date
  /** Of jobs with one key in an account only the last waits; one that is already running is left alone. */
  readonly key?: string
}

/**
 * Adds a job to the caller's transaction. It knows its account, which the database takes from the transaction, and
 * `ids`: each an identifier of at most 128 letters, digits and `._:/-`, since a job's row is not sealed. Anything
 * else the database refuses.
 */
export async function enqueue(
  scope: Query,
  job: string,
  ids: Readonly<Record<string, string>>,
  options: JobOptions = {},
): Promise<void> {
  await scope.query('select add_job_for_account($1, $2, $3, $4)', [
    job,
    JSON.stringify(ids),
    options.key ?? null,
    options.runAt?.toISOString() ?? null,
  ])
}
