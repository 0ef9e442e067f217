import { Pool, type PoolConfig, types } from 'pg'
import { parserOf } from './values.ts'

/**
 * A pool of connections of one role. Connections recycle after an hour, so that a changed server is met soon;
 * an idle connection that breaks is dropped and reported, never thrown.
 */
export function createPool(config: PoolConfig, onError: (error: Error) => void): Pool {
  const pool = new Pool({
    max: 12,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    maxLifetimeSeconds: 3_600,
    // Statements are sent without waiting for the answer to the one before; they still run in order. COPY and cursors,
    // which hold the connection between answers, need a connection of their own.
    pipeline: true,
    ...config,
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        format === 'binary' ? types.getTypeParser(oid, format) : parserOf(oid)) as typeof types.getTypeParser,
    },
  })
  pool.on('error', onError)
  // A connection that breaks while it is out tells the statement that waits on it; without a listener of its own the
  // event, when no statement waits, would end the process.
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
  })
  return pool
}
