import pg from 'pg'
import { errorCode } from '../error-code.ts'

/** How to reach a database; every field that `pg` needs and nothing else. */
export interface PostgresConnection {
  /** A host name, or the absolute path of the socket's directory. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/**
 * The right to a running server. Every process that uses a home holds one shared advisory lock on a connection of its
 * own, so the kernel and PostgreSQL count the users: a killed process counts no longer. Whoever leaves last, and only
 * he, can take the lock alone and may stop the server.
 */
export interface Lease {
  /** Gives up this use; true when no other process uses the server and the caller must now stop it. */
  leave(): Promise<boolean>
  /** Closes the connection, if it is still open. */
  close(): Promise<void>
  /** True once the connection has ended, in whatever way. */
  closed(): boolean
}

// Any number will do; it is not used for anything else in the database `postgres`.
const LEASE_KEY = '7236147085610'

/**
 * Connects and takes the lease. `lost` is called once when the connection ends other than by `close`.
 *
 * Raises the errors of `pg`; `isNotYetReady` tells those that pass by waiting.
 */
export async function takeLease(
  connection: PostgresConnection,
  dataDirectory: string,
  lost: () => void,
): Promise<Lease> {
  const client = new pg.Client({
    ...connection,
    application_name: 'drawbridge lease',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  })
  let [closing, ended] = [false, false]
  client.on('error', () => undefined)
  client.once('end', () => {
    ended = true
    if (!closing) lost()
  })
  const close = async () => {
    closing = true
    await client.end().catch(() => undefined)
  }
  try {
    await client.connect()
    await refuseOtherServer(client, dataDirectory)
    await client.query('select pg_advisory_lock_shared($1)', [LEASE_KEY])
  } catch (error) {
    await close()
    throw error
  }
  return { leave: () => leave(client), close, closed: () => closing || ended }
}

async function leave(client: pg.Client): Promise<boolean> {
  try {
    const { rows } = await client.query<{ alone: boolean }>(
      'select pg_advisory_unlock_shared($1), pg_try_advisory_lock($1) as alone',
      [LEASE_KEY],
    )
    return rows[0]?.alone ?? false
  } catch {
    // The server is gone or going; there is nothing left to stop under anyone.
    return false
  }
}

async function refuseOtherServer(client: pg.Client, dataDirectory: string): Promise<void> {
  const { rows } = await client.query<{ data_directory: string }>('show data_directory')
  const found = rows[0]?.data_directory
  if (found !== dataDirectory) throw new Error(`this server's data lie in ${found}, not in ${dataDirectory}`)
}

/** True for a server that is starting, stopping or recovering, and for a socket that is not there yet. */
export function isNotYetReady(error: unknown): boolean {
  return (
    NOT_YET.has(errorCode(error)) ||
    (error instanceof Error && /^(Connection terminated|timeout expired)/.test(error.message))
  )
}

const NOT_YET: ReadonlySet<string> = new Set([
  '57P01', // it is being stopped
  '57P02', // another of its processes was killed
  '57P03', // it is starting or stopping
  '53300', // too many connections at the moment
  'EAGAIN', // too many connections wait to be let in
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
])
