import pg from 'pg'
import { DatabaseRefusal } from './refusal.ts'
import { connectionAs, type RoleRights, readRole, scramVerifier, withClient } from './roles.ts'

/** The database to be made ready, and the passwords of its two roles. */
export interface PrepareDatabaseOptions {
  /** The name of the database. */
  readonly database: string
  /** ASCII; the caller derives it, so that every node knows it. */
  readonly ownerPassword: string
  /** ASCII; the caller derives it, so that every node knows it. */
  readonly appPassword: string
  /** The roles are `<rolePrefix>_owner` and `<rolePrefix>_app`; the name of the database when absent. */
  readonly rolePrefix?: string
}

/** How to reach a prepared database in its two roles. */
export interface PreparedDatabase {
  /** Owns the database; for migrations only. */
  readonly owner: pg.ClientConfig
  /** What the platform runs as: no DDL, and row-level security holds for it. */
  readonly app: pg.ClientConfig
}

const PREPARE_KEY = '7236147085611'

/**
 * Makes the two roles and the database where they are missing, sets their passwords, and takes from PUBLIC what it
 * has on the database and on the schema `public`. Doing it again changes nothing; several nodes may do it at once.
 *
 * `admin` is a superuser, a role with CREATEROLE and CREATEDB, or the role `<prefix>_owner` itself, of a database that
 * exists already beside a role `<prefix>_app`.
 * Raises DatabaseRefusal naming the right that is missing and the statement that helps.
 */
export async function prepareDatabase(
  admin: pg.ClientConfig,
  options: PrepareDatabaseOptions,
): Promise<PreparedDatabase> {
  const { database, appPassword, rolePrefix = database } = options
  const [ownerRole, appRole] = [`${rolePrefix}_owner`, `${rolePrefix}_app`]
  return await withClient(admin, async (client) => {
    await client.query('select pg_advisory_lock($1)', [PREPARE_KEY])
    const self = await readSelf(client)
    await prepareRole(client, self, ownerRole, options.ownerPassword)
    await prepareRole(client, self, appRole, appPassword)
    await prepareOwnership(client, self, database, ownerRole)
    const owner =
      self.name === ownerRole
        ? connectionAs(admin, { database })
        : connectionAs(admin, { user: ownerRole, password: options.ownerPassword, database })
    await prepareRights(owner, database, appRole)
    if (self.superuser) await allowClearing(connectionAs(admin, { database }), ownerRole)
    return { owner, app: connectionAs(admin, { user: appRole, password: appPassword, database }) }
  })
}

async function readSelf(client: pg.Client): Promise<RoleRights> {
  const self = await readRole(client)
  if (self === undefined) throw new DatabaseRefusal('PostgreSQL does not know the role of this connection.')
  return self
}

async function prepareRole(
  client: pg.Client,
  self: RoleRights,
  role: string,
  password: string,
): Promise<void> {
  const existing = await readRole(client, role)
  const name = pg.escapeIdentifier(role)
  const verifier = pg.escapeLiteral(scramVerifier(password))
  if (existing === undefined) {
    requireRight(self, self.createsRoles, `create the role ${role}`, `CREATE ROLE ${name} LOGIN PASSWORD '…'`)
    await client.query(`create role ${name} ${PLAIN_ROLE} password ${verifier}`)
  } else if (self.superuser) {
    await client.query(`alter role ${name} ${PLAIN_ROLE} password ${verifier}`)
  } else if (role !== self.name && (await mayAlter(client, self, role))) {
    await client.query(`alter role ${name} login password ${verifier}`)
  }
}

const PLAIN_ROLE = 'login nosuperuser nocreatedb nocreaterole nobypassrls noreplication'

/** From PostgreSQL 16 on a role with CREATEROLE may change only the roles that were granted to it to administer. */
async function mayAlter(client: pg.Client, self: RoleRights, role: string): Promise<boolean> {
  if (!self.createsRoles) return false
  const { rows } = await client.query<{ may: boolean }>(
    `select current_setting('server_version_num')::int < 160000
       or pg_has_role($1, 'usage with admin option') as may`,
    [role],
  )
  return rows[0]?.may ?? false
}

async function prepareOwnership(
  client: pg.Client,
  self: RoleRights,
  database: string,
  role: string,
): Promise<void> {
  const [name, owner] = [pg.escapeIdentifier(database), pg.escapeIdentifier(role)]
  const existing = await readDatabase(client, database)
  if (existing?.owner === role && existing.encoding === 'UTF8') return
  if (existing !== undefined && existing.encoding !== 'UTF8') {
    throw new DatabaseRefusal(
      `The database ${database} has the encoding ${existing.encoding}; drawbridge needs UTF8. Create it anew with ENCODING 'UTF8'.`,
    )
  }
  const statement =
    existing === undefined
      ? `CREATE DATABASE ${name} OWNER ${owner} TEMPLATE template0 ENCODING 'UTF8'`
      : `ALTER DATABASE ${name} OWNER TO ${owner}`
  const may = self.createsDatabases && (existing === undefined || existing.owner === self.name)
  const purpose = existing === undefined ? 'create the database' : `give ${role} the database`
  requireRight(self, may, `${purpose} ${database}`, statement)
  // Only a member of a role may hand it a database; a superuser needs no membership.
  if (!self.superuser) await client.query(`grant ${owner} to current_user`)
  await client.query(statement)
}

async function readDatabase(client: pg.Client, database: string) {
  const { rows } = await client.query<{ owner: string; encoding: string }>(
    'select pg_get_userbyid(datdba) as owner, pg_encoding_to_char(encoding) as encoding from pg_database where datname = $1',
    [database],
  )
  return rows[0]
}

async function prepareRights(owner: pg.ClientConfig, database: string, appRole: string): Promise<void> {
  const [name, app] = [pg.escapeIdentifier(database), pg.escapeIdentifier(appRole)]
  await withClient(owner, async (client) => {
    await client.query(`revoke all on database ${name} from public`)
    await client.query(`grant connect on database ${name} to ${app}`)
    await client.query('revoke all on schema public from public')
    await client.query(`grant usage on schema public to ${app}`)
  })
}

/** So that what destroyed keys left in the write-ahead log can be let go without waiting for its next turn. */
async function allowClearing(admin: pg.ClientConfig, ownerRole: string): Promise<void> {
  const owner = pg.escapeIdentifier(ownerRole)
  await withClient(admin, async (client) => {
    await client.query(`grant pg_checkpoint to ${owner}`)
    await client.query(`grant execute on function pg_catalog.pg_switch_wal() to ${owner}`)
  })
}

function requireRight(self: RoleRights, has: boolean, purpose: string, statement: string): void {
  if (has || self.superuser) return
  throw new DatabaseRefusal(
    `The database role ${self.name} may not ${purpose}. Let an administrator run: ${statement}; or give DATABASE_URL a role with CREATEROLE and CREATEDB.`,
  )
}
