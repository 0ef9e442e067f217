import type { ProfileCategory, ProfileStatus, Role } from '@drawbridge/schema/profile.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { Scope } from '../../platform/scope.ts'
import type { WrappedKeyStore } from '../../platform/vault/index.ts'
import { changeHeld, holdRoot, letGo, type ProfileRoot } from './queries-held.ts'

interface Row extends Omit<ProfileRoot, 'version' | 'key'> {
  version: bigint
  wrapped: Buffer
}

const columns = `p.id, p.entity_type as "entityType", p.role, p.category, p.status, p.version,
  p.created_at as "createdAt", p.modified_at as "modifiedAt", k.wrapped`
const source = `profile p join profile_key k on k.account_id = p.account_id and k.profile_id = p.id`

/** The row of a counter: each connection has its own, so that no two transactions wait for each other. */
const slot = '(pg_backend_pid() % 64)'

async function rootOf(scope: Scope, row: Row): Promise<ProfileRoot> {
  const { wrapped, version, ...rest } = row
  return { ...rest, version: Number(version), key: await scope.vault.openProfileKey(row.id, wrapped) }
}

/** A profile that is to be inserted, with its wrapped key. */
export interface NewRoot {
  readonly id: string
  readonly entityType: EntityType
  readonly role: Role
  readonly category: ProfileCategory
  readonly country: string | null
  readonly version: number
  readonly wrapped: Buffer
}

/** Inserts the row, its key and its count, in one statement. */
export async function insertRoot(scope: Scope, root: NewRoot): Promise<void> {
  scope.write(
    `with made as (
       insert into profile (account_id, id, entity_type, role, category, status, version, created_at, modified_at, country)
       values ($1, $2, $3, $4, $5, 'NORMAL', $6, $7, $7, $9)
     ), keyed as (
       insert into profile_key (account_id, profile_id, wrapped) values ($1, $2, $8)
     )
     insert into profile_count as c (account_id, category, slot, profiles) values ($1, $5, ${slot}, 1)
     on conflict (account_id, category, slot) do update set profiles = c.profiles + 1`,
    [
      scope.accountId,
      root.id,
      root.entityType,
      root.role,
      root.category,
      root.version,
      scope.now,
      root.wrapped,
      root.country,
    ],
  )
}

/** The rows of these profiles, locked until the transaction ends, in the order of their ids. */
export async function selectRootsLocked(scope: Scope, ids: readonly string[]): Promise<ProfileRoot[]> {
  const { rows } = await scope.query<Row>(
    `select ${columns} from ${source} where p.account_id = $1 and p.id = any($2) order by p.id for update of p`,
    [scope.accountId, ids],
  )
  const roots = await Promise.all(rows.map((row) => rootOf(scope, row)))
  for (const root of roots) holdRoot(scope, root, 'locked')
  return roots
}

/** The rows of these profiles; absent ones are left out. */
export async function selectRoots(scope: Scope, ids: readonly string[]): Promise<ProfileRoot[]> {
  const { rows } = await scope.query<Row>(
    `select ${columns} from ${source} where p.account_id = $1 and p.id = any($2)`,
    [scope.accountId, ids],
  )
  return Promise.all(rows.map((row) => rootOf(scope, row)))
}

export async function updateVersion(
  scope: Scope,
  id: string,
  version: number,
  country: string | null,
): Promise<void> {
  scope.write(
    'update profile set version = $3, country = $4, modified_at = $5 where account_id = $1 and id = $2',
    [scope.accountId, id, version, country, scope.now],
  )
  changeHeld(scope, id, { version })
}

export async function updateStatus(scope: Scope, id: string, status: ProfileStatus): Promise<void> {
  await scope.query('update profile set status = $3, modified_at = $4 where account_id = $1 and id = $2', [
    scope.accountId,
    id,
    status,
    scope.now,
  ])
  changeHeld(scope, id, { status })
}

/** Moves the profile to a category, and the counts with it. */
export async function updateCategory(
  scope: Scope,
  root: ProfileRoot,
  category: ProfileCategory,
): Promise<void> {
  scope.write('update profile set category = $3, modified_at = $4 where account_id = $1 and id = $2', [
    scope.accountId,
    root.id,
    category,
    scope.now,
  ])
  changeHeld(scope, root.id, { category })
  await addToCount(scope, root.category, -1)
  await addToCount(scope, category, 1)
}

async function addToCount(scope: Scope, category: ProfileCategory, by: number): Promise<void> {
  scope.write(
    `insert into profile_count as c (account_id, category, slot, profiles) values ($1, $2, ${slot}, $3)
     on conflict (account_id, category, slot) do update set profiles = c.profiles + $3`,
    [scope.accountId, category, by],
  )
}

/** Destroys the key and the bare row: what was sealed under the key can never be opened again. */
export async function deleteRoot(scope: Scope, root: ProfileRoot): Promise<void> {
  await scope.query('delete from profile_key where account_id = $1 and profile_id = $2', [
    scope.accountId,
    root.id,
  ])
  await scope.query('delete from profile where account_id = $1 and id = $2', [scope.accountId, root.id])
  letGo(scope, root.id)
  await addToCount(scope, root.category, -1)
}

/** Adds and removes entries of the blind index; both sorted, so that two writers never wait for each other. */
export async function changeTerms(
  scope: Scope,
  profileId: string,
  removed: readonly bigint[],
  added: readonly bigint[],
): Promise<void> {
  if (removed.length > 0)
    scope.write('delete from profile_term where account_id = $1 and profile_id = $2 and term = any($3)', [
      scope.accountId,
      profileId,
      removed.map(String),
    ])
  if (added.length === 0) return
  // A profile without entries cannot meet one that it has already; looking for it would cost a third of the insert.
  const isFirst = scope.withRows('profile_term', [{ id: profileId }]).length === 0
  scope.write(
    `insert into profile_term (account_id, term, profile_id)
     select $1, term, $2 from unnest($3::bigint[]) as term ${isFirst ? '' : 'on conflict do nothing'}`,
    [scope.accountId, profileId, added.map(String).sort()],
  )
}

/** The profile that holds a reference; undefined when it is free. */
export async function selectReferenceHolder(scope: Scope, reference: Buffer): Promise<string | undefined> {
  const { rows } = await scope.query<{ profile_id: string }>(
    'select profile_id from customer_reference where account_id = $1 and reference = $2',
    [scope.accountId, reference],
  )
  return rows[0]?.profile_id
}

/** Takes a reference for the profile. False when another transaction has it, unless the scope is hopeful. */
export async function insertReference(scope: Scope, reference: Buffer, profileId: string): Promise<boolean> {
  const insert = 'insert into customer_reference (account_id, reference, profile_id) values ($1, $2, $3)'
  const values = [scope.accountId, reference, profileId]
  if (scope.isHopeful) {
    scope.write(insert, values)
    return true
  }
  const { rows } = await scope.query(
    `${insert} on conflict (account_id, reference) do nothing returning 1 as taken`,
    values,
  )
  return rows.length === 1
}

export async function deleteReferences(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from customer_reference where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
}

/** The wrapped keys of profiles, as a rotation of the account's key needs them. */
export const wrappedKeys: WrappedKeyStore = {
  wrappedByOther: async (query, accountId, keyId, limit) => {
    const { rows } = await query.query<{ profileId: string; wrapped: Buffer }>(
      `select profile_id as "profileId", wrapped from profile_key
       where account_id = $1 and substring(wrapped from 2 for 8) <> $2 limit $3 for update`,
      [accountId, keyId, limit],
    )
    return rows
  },
  replace: async (query, accountId, profileId, wrapped) => {
    await query.query('update profile_key set wrapped = $3 where account_id = $1 and profile_id = $2', [
      accountId,
      profileId,
      wrapped,
    ])
  },
}
