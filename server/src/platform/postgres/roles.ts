import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import pg from 'pg'
import { parseIntoClientConfig } from 'pg-connection-string'

/** The least of a `pg` client that a query needs. */
export interface Query {
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<{ rows: R[] }>
}

/** What a role may do, as far as it matters here. */
export interface RoleRights {
  readonly name: string
  readonly superuser: boolean
  readonly createsRoles: boolean
  readonly createsDatabases: boolean
  readonly bypassesRowSecurity: boolean
}

/** The rights of a role, or nothing where it does not exist; without a name those of the connection's own role. */
export async function readRole(client: Query, name?: string): Promise<RoleRights | undefined> {
  const { rows } = await client.query<{
    rolname: string
    rolsuper: boolean
    rolcreaterole: boolean
    rolcreatedb: boolean
    rolbypassrls: boolean
  }>(
    'select rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = coalesce($1, current_user)',
    [name ?? null],
  )
  const row = rows[0]
  return (
    row && {
      name: row.rolname,
      superuser: row.rolsuper,
      createsRoles: row.rolcreaterole,
      createsDatabases: row.rolcreatedb,
      bypassesRowSecurity: row.rolbypassrls,
    }
  )
}

const ITERATIONS = 4096

/**
 * The SCRAM-SHA-256 verifier of an ASCII password (RFC 5803), as PostgreSQL stores it: the password itself then never
 * travels in a statement, which a server's log could keep.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256')
  const clientKey = createHmac('sha256', salted).update('Client Key').digest()
  const storedKey = createHash('sha256').update(clientKey).digest('base64')
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`
}

/** The same server as another role and in another database; the encryption and time limits of `base` stay. */
export function connectionAs(
  base: pg.ClientConfig,
  as: { readonly user?: string; readonly password?: string; readonly database?: string },
): pg.ClientConfig {
  if (base.connectionString === undefined) return { ...base, ...as }
  // pg lets the connection string win over the fields beside it, so it is taken apart.
  const { connectionString, ...rest } = base
  return { ...rest, ...parseIntoClientConfig(connectionString), ...as }
}

/** Connects, runs `work` and closes the connection, whatever happens. */
export async function withClient<T>(
  config: pg.ClientConfig,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(config)
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}
