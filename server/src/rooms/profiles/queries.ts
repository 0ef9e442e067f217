import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { Scope } from '../../platform/scope.ts'

/** One associate of a company that has a profile. */
export interface LinkRow {
  readonly companyId: string
  readonly associateId: string
  readonly profileId: string
  readonly roles: readonly AssociatedRole[]
  readonly isCircular: boolean
}

const columns = `company_id as "companyId", associate_id as "associateId", profile_id as "profileId", roles,
  is_circular as "isCircular"`

export async function selectLinksOfCompany(scope: Scope, companyId: string): Promise<LinkRow[]> {
  const { rows } = await scope.query<LinkRow>(
    `select ${columns} from associate_link where account_id = $1 and company_id = $2`,
    [scope.accountId, companyId],
  )
  return rows
}

/** The companies that these profiles are associates of, by profile id. */
export async function selectLinksTo(
  scope: Scope,
  profiles: readonly { readonly id: string }[],
): Promise<Map<string, LinkRow[]>> {
  const asked = scope.withRows('associate_link', profiles)
  if (asked.length === 0) return new Map()
  const { rows } = await scope.query<LinkRow>(
    `select ${columns} from associate_link where account_id = $1 and profile_id = any($2) order by company_id`,
    [scope.accountId, asked.map((profile) => profile.id)],
  )
  return Map.groupBy(rows, (row) => row.profileId)
}

export async function upsertLink(scope: Scope, link: LinkRow): Promise<void> {
  await scope.query(
    `insert into associate_link (account_id, company_id, associate_id, profile_id, roles, is_circular)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (account_id, company_id, associate_id)
       do update set profile_id = $4, roles = $5, is_circular = $6`,
    [scope.accountId, link.companyId, link.associateId, link.profileId, link.roles, link.isCircular],
  )
}

export async function deleteLinks(
  scope: Scope,
  companyId: string,
  associateIds: readonly string[],
): Promise<void> {
  await scope.query(
    'delete from associate_link where account_id = $1 and company_id = $2 and associate_id = any($3)',
    [scope.accountId, companyId, associateIds],
  )
}

/** Forgets every link from and to a profile. */
export async function deleteLinksAround(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from associate_link where account_id = $1 and company_id = $2', [
    scope.accountId,
    profileId,
  ])
  await scope.query('delete from associate_link where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
}

/**
 * Holds the account's structure of associates still for this transaction, so that two companies do not close a circle
 * or a chain too long between them. Links to companies hold it alone; links to persons, who have nothing below them,
 * may be made side by side.
 */
export async function lockStructure(scope: Scope, alone: boolean): Promise<void> {
  const lock = alone ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared'
  await scope.query(`select ${lock}(hashtextextended('associates/' || $1::text /* account_id */, 0))`, [
    scope.accountId,
  ])
}

/** Every profile below these, associates of associates; each once, so that circles end. */
export async function selectDescendants(scope: Scope, profileIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await scope.query<{ id: string }>(
    `with recursive below (id) as (
       select profile_id from associate_link where account_id = $1 and company_id = any($2)
       union
       select l.profile_id from below b join associate_link l on l.account_id = $1 and l.company_id = b.id
     ) select id from below`,
    [scope.accountId, profileIds],
  )
  return new Set(rows.map((row) => row.id))
}

/** The links of these companies that are flagged for closing a circle. */
export async function selectCircularLinks(scope: Scope, companyIds: readonly string[]): Promise<LinkRow[]> {
  const { rows } = await scope.query<LinkRow>(
    `select ${columns} from associate_link where account_id = $1 and company_id = any($2) and is_circular`,
    [scope.accountId, companyIds],
  )
  return rows
}

/** The levels of associates below (or above) a profile, links that close a circle left out; counted to one past ten. */
export async function countLevels(scope: Scope, profileId: string, way: 'below' | 'above'): Promise<number> {
  const [from, to] = way === 'below' ? ['company_id', 'profile_id'] : ['profile_id', 'company_id']
  const { rows } = await scope.query<{ levels: number }>(
    `with recursive chain (id, level) as (
       select $2::uuid, 0
       union
       select l.${to}, c.level + 1 from chain c join associate_link l on l.account_id = $1 and l.${from} = c.id
       where not l.is_circular and c.level < 11
     ) select max(level)::integer as levels from chain`,
    [scope.accountId, profileId],
  )
  return rows[0]?.levels ?? 0
}

/** The replies kept for a profile and for the companies that show it go with its erasure. */
export async function deleteKeptReplies(scope: Scope, profileIds: readonly string[]): Promise<void> {
  await scope.query(
    `update idempotency set body = null, headers = null
     where account_id = $1 and profile_id = any($2) and body is not null`,
    [scope.accountId, profileIds],
  )
}

/** Notes an erasure, until it has been written to the list that lies outside the database. */
export async function insertErasure(scope: Scope, profileId: string): Promise<void> {
  await scope.query('insert into erasure (account_id, profile_id, erased_at) values ($1, $2, $3)', [
    scope.accountId,
    profileId,
    scope.now,
  ])
}

/** When a profile was erased; undefined when it was not. */
export async function selectErasedAt(scope: Scope, profileId: string): Promise<Date | undefined> {
  const { rows } = await scope.query<{ erased_at: Date }>(
    'select erased_at from erasure where account_id = $1 and profile_id = $2',
    [scope.accountId, profileId],
  )
  return rows[0]?.erased_at
}
