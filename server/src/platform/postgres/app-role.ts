import { DatabaseRefusal } from './refusal.ts'
import type { Query } from './roles.ts'

/**
 * Makes sure that row-level security holds for this connection: its role is no superuser, has no BYPASSRLS, may not
 * make roles, databases or tables, and is not a member of the database's owner.
 *
 * Raises DatabaseRefusal naming every right that is too much; start-up must end there.
 */
export async function assertAppRole(client: Query): Promise<void> {
  const { rows } = await client.query<AppRoleFacts>(FACTS)
  const facts = rows[0]
  if (facts === undefined) throw new DatabaseRefusal('PostgreSQL does not know the role of this connection.')
  const excess = excessRights(facts)
  if (excess.length === 0) return
  throw new DatabaseRefusal(
    `The database role ${facts.role} must not serve requests, since row-level security would not hold for it: it ${excess.join(', ')}. Let drawbridge make its own role, or take these rights from it.`,
  )
}

/** What a role has that decides whether row-level security holds for it. */
export interface AppRoleFacts {
  readonly role: string
  readonly superuser: boolean
  readonly bypasses: boolean
  readonly creates_roles: boolean
  readonly creates_databases: boolean
  readonly creates_tables: boolean
  readonly owns: boolean
}

/** The rights that are too much, in words. */
export function excessRights(facts: AppRoleFacts): readonly string[] {
  return [
    facts.superuser && 'is a superuser',
    facts.bypasses && 'has BYPASSRLS',
    facts.creates_roles && 'has CREATEROLE',
    facts.creates_databases && 'has CREATEDB',
    facts.creates_tables && 'may create tables',
    facts.owns && "is or belongs to the database's owner",
  ].filter((words) => words !== false)
}

const FACTS = `
  select role.rolname as role, role.rolsuper as superuser, role.rolbypassrls as bypasses,
         role.rolcreaterole as creates_roles, role.rolcreatedb as creates_databases,
         has_schema_privilege(role.oid, 'public', 'create')
           or has_database_privilege(role.oid, database.oid, 'create') as creates_tables,
         pg_has_role(role.oid, database.datdba, 'member') as owns
    from pg_roles role, pg_database database
   where role.rolname = session_user and database.datname = current_database()`
