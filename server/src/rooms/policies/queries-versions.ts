import type { Scope } from '../../platform/scope.ts'

/** Who changed something, as it is stored. */
export interface StoredActor {
  readonly actorKind: 'key' | 'user' | 'policy' | 'system'
  readonly actorId: string | null
}

/** One published version without its document. */
export interface VersionRow extends StoredActor {
  readonly version: number
  /** Null of the version that shipped with the release. */
  readonly publishedAt: Date | null
  readonly rolledBackTo: number | null
}

/** The one draft of an environment. */
export interface DraftRow extends StoredActor {
  readonly document: unknown
  /** A digest of the document. */
  readonly digest: string
  readonly savedAt: Date
}

/** Makes whoever else changes the configuration of this environment wait until this transaction ends. */
export async function lockPolicies(scope: Scope): Promise<void> {
  await scope.query(
    `select pg_advisory_xact_lock(hashtextextended('policies/' || $1::text, 0)) /* account_id */`,
    [scope.accountId],
  )
}

/** The published versions, newest first; none when nothing was published yet. */
export async function selectVersions(scope: Scope): Promise<VersionRow[]> {
  const { rows } = await scope.query<VersionRow>(
    `select version, published_at as "publishedAt", actor_kind as "actorKind", actor_id as "actorId",
       rolled_back_to as "rolledBackTo"
     from policy_version where account_id = $1 order by version desc`,
    [scope.accountId],
  )
  return rows
}

export async function insertVersion(scope: Scope, row: VersionRow & { document: unknown }): Promise<void> {
  await scope.query(
    `insert into policy_version (account_id, version, document, published_at, actor_kind, actor_id, rolled_back_to)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      scope.accountId,
      row.version,
      JSON.stringify(row.document),
      row.publishedAt,
      row.actorKind,
      row.actorId,
      row.rolledBackTo,
    ],
  )
}

/** Every decision reason that was ever published, with its alias. */
export async function selectPublishedReasons(scope: Scope): Promise<{ id: string; alias: string }[]> {
  const { rows } = await scope.query<{ id: string; alias: string }>(
    `select distinct reason ->> 'id' as id, reason ->> 'alias' as alias
     from policy_version, json_array_elements(document -> 'decision_reasons') as reason where account_id = $1`,
    [scope.accountId],
  )
  return rows
}

/** The draft; undefined when there is none. */
export async function selectDraft(scope: Scope): Promise<DraftRow | undefined> {
  const { rows } = await scope.query<DraftRow>(
    `select document, encode(sha256(convert_to(document::text, 'UTF8')), 'hex') as digest, saved_at as "savedAt",
       actor_kind as "actorKind", actor_id as "actorId"
     from policy_draft where account_id = $1`,
    [scope.accountId],
  )
  return rows[0]
}

export async function upsertDraft(scope: Scope, document: unknown): Promise<void> {
  const { accountId, actor, now } = scope
  await scope.query(
    `insert into policy_draft (account_id, document, saved_at, actor_kind, actor_id) values ($1, $2, $3, $4, $5)
     on conflict (account_id) do update set document = excluded.document, saved_at = excluded.saved_at,
       actor_kind = excluded.actor_kind, actor_id = excluded.actor_id`,
    [accountId, JSON.stringify(document), now, actor.kind, actor.id],
  )
}

/** Removes the draft. False when there was none. */
export async function deleteDraft(scope: Scope): Promise<boolean> {
  const { rows } = await scope.query('delete from policy_draft where account_id = $1 returning 1 as gone', [
    scope.accountId,
  ])
  return rows.length === 1
}
