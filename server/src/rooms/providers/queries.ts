import type { CheckType } from '@drawbridge/schema/check.ts'
import type { Query } from '../../platform/db/index.ts'
import type { Scope } from '../../platform/scope.ts'
import { keyIdOf, open, openJson, seal, sealJson } from '../../platform/vault/index.ts'

/** What may be sent to a provider: null where nothing is agreed. */
export interface Limits {
  readonly callsPerSecond: number | null
  readonly callsPerMinute: number | null
  readonly concurrentCalls: number | null
  /** How long a call may take; the integration's own word where nothing is said here. */
  readonly timeoutSeconds: number | null
  /** The part of places and rate that a migration may take, in percent. */
  readonly migrationPercent: number
  /** Failures in a row after which nothing is sent for a while. */
  readonly breakerFailures: number
}

/** A registered integration, without its secrets. */
export interface ProviderRow extends Limits {
  readonly id: string
  readonly alias: string
  readonly name: string
  readonly url: string
  readonly checkType: CheckType
  readonly relationship: 'DIRECT' | 'RESOLD'
  readonly state: 'DRAFT' | 'VALIDATED' | 'DISABLED'
  readonly keyId: string
  readonly hasCredentials: boolean
  /** As it was read when it was validated; null before. */
  readonly description: unknown
  readonly config: Readonly<Record<string, unknown>>
  /** What the last validation found; null before. */
  readonly report: unknown
  readonly validatedAt: Date | null
  readonly limitsUrl: string | null
  readonly createdAt: Date
  readonly changedAt: Date
}

const columns = `p.id, p.alias, p.name, p.url, p.check_type as "checkType", p.relationship, p.state, p.key_id as "keyId",
  p.credentials is not null as "hasCredentials", p.description, p.config, p.report, p.validated_at as "validatedAt",
  p.calls_per_second as "callsPerSecond", p.calls_per_minute as "callsPerMinute",
  p.concurrent_calls as "concurrentCalls", p.timeout_seconds as "timeoutSeconds",
  p.migration_percent as "migrationPercent", p.breaker_failures as "breakerFailures", p.limits_url as "limitsUrl",
  p.created_at as "createdAt", p.changed_at as "changedAt"`

const cell = (scope: Scope, column: 'secret' | 'credentials', id: string) => ({
  account: scope.accountId,
  table: 'provider',
  column,
  row: id,
})

/** The integrations of the environment, by alias. */
export async function selectProviders(scope: Scope): Promise<ProviderRow[]> {
  const { rows } = await scope.query<ProviderRow>(
    `select ${columns} from provider p where p.account_id = $1 order by p.alias`,
    [scope.accountId],
  )
  return rows
}

export async function selectProvider(scope: Scope, id: string): Promise<ProviderRow | undefined> {
  const { rows } = await scope.query<ProviderRow>(
    `select ${columns} from provider p where p.account_id = $1 and p.id = $2`,
    [scope.accountId, id],
  )
  return rows[0]
}

/** The integration, locked until the transaction ends. */
export async function lockProvider(scope: Scope, id: string): Promise<ProviderRow | undefined> {
  const { rows } = await scope.query<ProviderRow>(
    `select ${columns} from provider p where p.account_id = $1 and p.id = $2 for update`,
    [scope.accountId, id],
  )
  return rows[0]
}

export async function selectProviderByAlias(scope: Scope, alias: string): Promise<ProviderRow | undefined> {
  const { rows } = await scope.query<ProviderRow>(
    `select ${columns} from provider p where p.account_id = $1 and p.alias = $2`,
    [scope.accountId, alias],
  )
  return rows[0]
}

/** What only calls need: the shared secret (base64), and the credentials where there are some. */
export interface ProviderSecrets {
  readonly secret: string
  readonly credentials: Readonly<Record<string, string>> | null
}

export async function selectSecrets(scope: Scope, id: string): Promise<ProviderSecrets | undefined> {
  const { rows } = await scope.query<{ secret: Buffer; credentials: Buffer | null }>(
    'select secret, credentials from provider where account_id = $1 and id = $2',
    [scope.accountId, id],
  )
  const [row] = rows
  if (!row) return undefined
  const keyOf = (sealed: Buffer) => scope.vault.keyById(keyIdOf(sealed) ?? '')
  const secret = open(await keyOf(row.secret), cell(scope, 'secret', id), row.secret).toString()
  if (row.credentials === null) return { secret, credentials: null }
  const credentials = openJson(
    await keyOf(row.credentials),
    cell(scope, 'credentials', id),
    row.credentials,
  ) as Record<string, string>
  return { secret, credentials }
}

/**
 * Adds an integration, and what the calls to it are counted in. False when its key id is another's, whose row may be
 * in any account.
 */
export async function insertProvider(
  scope: Scope,
  row: Omit<ProviderRow, 'hasCredentials' | 'description' | 'config' | 'report' | 'validatedAt'>,
  secrets: ProviderSecrets,
): Promise<boolean> {
  const { rows } = await scope.query(
    `insert into provider (account_id, id, alias, name, url, check_type, relationship, state, key_id, secret,
       credentials, calls_per_second, calls_per_minute, concurrent_calls, timeout_seconds, migration_percent,
       breaker_failures, limits_url, created_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
     on conflict (key_id) do nothing returning 1 as added`,
    [
      scope.accountId,
      row.id,
      row.alias,
      row.name,
      row.url,
      row.checkType,
      row.relationship,
      row.state,
      row.keyId,
      seal(scope.vault.dataKey, cell(scope, 'secret', row.id), Buffer.from(secrets.secret)),
      sealedCredentials(scope, row.id, secrets.credentials),
      row.callsPerSecond,
      row.callsPerMinute,
      row.concurrentCalls,
      row.timeoutSeconds,
      row.migrationPercent,
      row.breakerFailures,
      row.limitsUrl,
      row.createdAt,
      row.changedAt,
    ],
  )
  if (rows.length === 0) return false
  scope.write('insert into provider_breaker (account_id, provider_id) values ($1, $2)', [
    scope.accountId,
    row.id,
  ])
  return true
}

function sealedCredentials(
  scope: Scope,
  id: string,
  credentials: ProviderSecrets['credentials'],
): Buffer | null {
  return credentials && sealJson(scope.vault.dataKey, cell(scope, 'credentials', id), credentials)
}

/** Changes everything of an integration but its alias, its check type and its secrets. */
export async function updateProvider(scope: Scope, row: ProviderRow): Promise<void> {
  scope.write(
    `update provider set name = $3, url = $4, relationship = $5, state = $6, description = $7, config = $8, report = $9,
       validated_at = $10, calls_per_second = $11, calls_per_minute = $12, concurrent_calls = $13,
       timeout_seconds = $14, migration_percent = $15, breaker_failures = $16, limits_url = $17, changed_at = $18
     where account_id = $1 and id = $2`,
    [
      scope.accountId,
      row.id,
      row.name,
      row.url,
      row.relationship,
      row.state,
      jsonOrNull(row.description),
      JSON.stringify(row.config),
      jsonOrNull(row.report),
      row.validatedAt,
      row.callsPerSecond,
      row.callsPerMinute,
      row.concurrentCalls,
      row.timeoutSeconds,
      row.migrationPercent,
      row.breakerFailures,
      row.limitsUrl,
      row.changedAt,
    ],
  )
}

function jsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}

/** Replaces the credentials; null takes them away. */
export async function updateCredentials(
  scope: Scope,
  id: string,
  credentials: ProviderSecrets['credentials'],
): Promise<void> {
  scope.write('update provider set credentials = $3 where account_id = $1 and id = $2', [
    scope.accountId,
    id,
    sealedCredentials(scope, id, credentials),
  ])
}

/** Replaces the shared secret, and with it the key id. False when the key id is another's. */
export async function updateSecret(
  scope: Scope,
  id: string,
  { keyId, secret }: { keyId: string; secret: string },
): Promise<boolean> {
  if (await selectProviderByKey(scope, keyId)) return false
  scope.write('update provider set key_id = $3, secret = $4 where account_id = $1 and id = $2', [
    scope.accountId,
    id,
    keyId,
    seal(scope.vault.dataKey, cell(scope, 'secret', id), Buffer.from(secret)),
  ])
  return true
}

/** Removes an integration with what was counted for it. */
export async function deleteProvider(scope: Scope, id: string): Promise<void> {
  scope.write('delete from provider_call where account_id = $1 and provider_id = $2', [scope.accountId, id])
  scope.write('delete from provider_breaker where account_id = $1 and provider_id = $2', [
    scope.accountId,
    id,
  ])
  scope.write('delete from provider where account_id = $1 and id = $2', [scope.accountId, id])
}

/** The environment and the integration that sign with this key id; undefined when none does. */
export async function selectProviderByKey(
  query: Query,
  keyId: string,
): Promise<{ accountId: string; providerId: string } | undefined> {
  const { rows } = await query.query<{ accountId: string; providerId: string }>(
    'select account_id as "accountId", provider_id as "providerId" from find_provider_by_key($1)',
    [keyId],
  )
  return rows[0]
}
