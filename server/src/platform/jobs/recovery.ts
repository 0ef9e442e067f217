import type { Pool, PoolClient } from 'pg'

const lockOf = (workerId: string) => `hashtextextended('worker/' || ${workerId}, 0)`

/** A worker's sign of life: a lock held by a connection, which the database lets go when the process dies. */
export interface Presence {
  /** Takes the lock, again if its connection broke meanwhile. Raises when the database cannot be reached. */
  show(): Promise<void>
  end(): void
}

/** The presence of one worker, on a connection of its own out of the pool. */
export function makePresence(pool: Pool, workerId: string): Presence {
  let held: PoolClient | undefined
  const letGo = (client: PoolClient) => {
    if (held !== client) return
    held = undefined
    client.release(true)
  }
  return {
    show: async () => {
      if (held) return
      const client = await pool.connect()
      held = client
      client.on('error', () => letGo(client))
      try {
        await client.query(`select pg_advisory_lock(${lockOf('$1::text')})`, [workerId])
      } catch (error) {
        letGo(client)
        throw error
      }
    },
    end: () => {
      if (held) letGo(held)
    },
  }
}

/** Workers that hold jobs and whose lock nobody holds. */
async function selectSilentWorkers(pool: Pool): Promise<string[]> {
  // The inner query is materialised: only workers that hold jobs are asked for their lock.
  const { rows } = await pool.query<{ id: string }>(
    `with holder as materialized (
       select distinct locked_by as id from graphile_worker._private_jobs where locked_by is not null
     )
     select id from holder where pg_try_advisory_xact_lock(${lockOf('id')})`,
  )
  return rows.map((row) => row.id)
}

/**
 * Finds workers that died with jobs in hand, and frees those jobs to be run again. A worker must be silent at two
 * looks in a row: a living one shows itself again within moments after its connection broke. Each call is one look;
 * returns how many workers' jobs were freed.
 */
export function makeRecovery(pool: Pool): () => Promise<number> {
  let silentBefore = new Set<string>()
  return async () => {
    const silent = await selectSilentWorkers(pool)
    const dead = silent.filter((id) => silentBefore.has(id))
    silentBefore = new Set(silent)
    if (dead.length > 0) await pool.query('select graphile_worker.force_unlock_workers($1::text[])', [dead])
    return dead.length
  }
}
