import type { KeyClass } from '@drawbridge/schema/capability.ts'
import type { Environment } from '@drawbridge/schema/environment.ts'
import type { Query } from '../../platform/db/index.ts'
import type { Scope } from '../../platform/scope.ts'

/** A key as it is found by its hash, before the account is known. */
export interface FoundKey {
  readonly accountId: string
  readonly keyId: string
  readonly class: KeyClass
  readonly validFrom: Date
  /** The database clock when the key was found. */
  readonly foundAt: Date
  readonly maxInFlight: number | null
  readonly acceptsQueryKey: boolean
  readonly callsPerHour: number | null
}

/** The key with this hash; undefined when there is none in use. */
export async function selectKeyByHash(query: Query, hash: Buffer): Promise<FoundKey | undefined> {
  const { rows } = await query.query<FoundKey>(
    `select account_id as "accountId", key_id as "keyId", class, valid_from as "validFrom", found_at as "foundAt",
       max_in_flight as "maxInFlight", accepts_query_key as "acceptsQueryKey", calls_per_hour as "callsPerHour"
     from find_api_key($1)`,
    [hash],
  )
  return rows[0]
}

/** One environment of an institution. */
export interface AccountRow {
  readonly accountId: string
  readonly institutionId: string
  readonly environment: Environment
}

/** The environments of this installation. */
export async function selectAccounts(query: Query): Promise<AccountRow[]> {
  const { rows } = await query.query<AccountRow>(
    `select account_id as "accountId", institution_id as "institutionId", environment from list_accounts()`,
  )
  return rows
}

/** Inserts an institution; the transaction then speaks for it. */
export async function insertInstitution(query: Query, id: string, name: string, now: Date): Promise<void> {
  await query.query(`select set_config('app.institution_id', $1, true)`, [id])
  await query.query('insert into institution (id, name, created_at) values ($1, $2, $3)', [id, name, now])
}

/** Inserts an environment; the transaction then speaks for it. */
export async function insertAccount(query: Query, account: AccountRow, now: Date): Promise<void> {
  await query.query(`select set_config('app.account_id', $1, true)`, [account.accountId])
  await query.query(
    'insert into account (id, institution_id, environment, created_at) values ($1, $2, $3, $4)',
    [account.accountId, account.institutionId, account.environment, now],
  )
}

/** The settings of an environment. */
export interface EnvironmentSettings {
  readonly environment: Environment
  readonly acceptsQueryKey: boolean
  /** Whether two profiles in a customer role may not share a reference. */
  readonly uniqueCustomerRef: boolean
  /** Whether two profiles in an associated role may not share a reference. */
  readonly uniqueAssociateRef: boolean
  readonly callsPerHour: number | null
}

export async function selectSettings(scope: Scope): Promise<EnvironmentSettings> {
  const { rows } = await scope.query<EnvironmentSettings>(
    `select environment, accepts_query_key as "acceptsQueryKey", unique_customer_ref as "uniqueCustomerRef",
       unique_associate_ref as "uniqueAssociateRef", calls_per_hour as "callsPerHour" from account where id = $1 /* account_id */`,
    [scope.accountId],
  )
  const [settings] = rows
  if (!settings) throw new Error('The account of this scope does not exist')
  return settings
}

export async function updateSettings(scope: Scope, settings: EnvironmentSettings): Promise<void> {
  await scope.query(
    `update account set accepts_query_key = $2, unique_customer_ref = $3, unique_associate_ref = $4, calls_per_hour = $5
     where id = $1 /* account_id */`,
    [
      scope.accountId,
      settings.acceptsQueryKey,
      settings.uniqueCustomerRef,
      settings.uniqueAssociateRef,
      settings.callsPerHour,
    ],
  )
}

export async function selectInstitution(scope: Scope): Promise<{ id: string; name: string }> {
  const { rows } = await scope.query<{ id: string; name: string }>(
    `select i.id, i.name from institution i join account a on a.institution_id = i.id
     where a.id = $1 /* account_id */`,
    [scope.accountId],
  )
  const [institution] = rows
  if (!institution) throw new Error('The institution of this account does not exist')
  return institution
}

/** An API key as it is stored, without its hash. */
export interface KeyRow {
  readonly id: string
  readonly name: string
  readonly class: KeyClass
  readonly prefix: string
  readonly createdAt: Date
  readonly validFrom: Date
  readonly maxInFlight: number | null
  readonly revokedAt: Date | null
}

export async function insertKey(
  scope: Scope,
  key: Omit<KeyRow, 'revokedAt'> & { hash: Buffer },
): Promise<void> {
  await scope.query(
    `insert into api_key (account_id, id, name, class, prefix, hash, created_at, valid_from, max_in_flight)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      scope.accountId,
      key.id,
      key.name,
      key.class,
      key.prefix,
      key.hash,
      key.createdAt,
      key.validFrom,
      key.maxInFlight,
    ],
  )
}

export async function selectKeys(scope: Scope): Promise<KeyRow[]> {
  const { rows } = await scope.query<KeyRow>(
    `select id, name, class, prefix, created_at as "createdAt", valid_from as "validFrom",
       max_in_flight as "maxInFlight", revoked_at as "revokedAt"
     from api_key where account_id = $1 order by created_at, id`,
    [scope.accountId],
  )
  return rows
}

/** Ends a key. False when there is no such key, or it was ended before. */
export async function updateKeyRevoked(scope: Scope, id: string): Promise<boolean> {
  const { rows } = await scope.query(
    `update api_key set revoked_at = $3 where account_id = $1 and id = $2 and revoked_at is null returning 1 as ended`,
    [scope.accountId, id, scope.now],
  )
  return rows.length === 1
}
