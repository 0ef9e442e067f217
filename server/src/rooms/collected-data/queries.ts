import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { ClassicList } from '@drawbridge/schema/associate-lists.ts'
import type { EntityData } from '@drawbridge/schema/collected-data.ts'
import type { Scope } from '../../platform/scope.ts'
import { type DataKey, openJson, sealJson } from '../../platform/vault/index.ts'

/** Part of a document as JSON has it. */
export type Fields = Record<string, unknown>

/** A person or company that is something to this company: one node, however many roles it has. */
export interface AssociateNode {
  /** `resolver_id` of the classic lists, `associate_id` of the newer model. */
  readonly id: string
  readonly profileId: string | null
  /** What both models say of it: entity type, immediate data, task variants; in the contract's names. */
  readonly fields: Fields
  /** What only its entry in the newer model says. */
  readonly newer: Fields
}

/** One role of a node. Roles keep the order of the classic lists. */
export interface AssociateRole {
  readonly node: string
  readonly list: ClassicList
  readonly role: AssociatedRole
  /** What the classic entry says besides, or other than, its node's fields. */
  readonly classic: Fields
  /** The node's fields that the classic entry does not have. */
  readonly lacks: readonly string[]
  /** What only the newer model says of the role; null until it has been written in that model. */
  readonly newer: Fields | null
  /** The place among the node's roles in the newer model. */
  readonly place: number
}

/** The associates of a company: one graph, shown in two models. */
export interface AssociateGraph {
  readonly nodes: readonly AssociateNode[]
  readonly roles: readonly AssociateRole[]
}

/** Collected data as it is stored: the associates apart. */
export interface StoredData {
  readonly data: EntityData
  readonly associates: AssociateGraph
}

/** A profile whose collected data is read or written, at a version. */
export interface AtVersion {
  readonly id: string
  readonly key: DataKey
  readonly version: number
}

const cell = (scope: Scope, profileId: string, version: number) => ({
  account: scope.accountId,
  table: 'collected_data',
  column: 'document',
  row: `${profileId}/${version}`,
})

/** What this transaction has written, by profile: it need not be fetched and opened again. */
const written = new WeakMap<Scope, Map<string, { readonly version: number; readonly stored: StoredData }>>()

/** Adds a version of a locked profile's collected data. */
export async function insertVersion(scope: Scope, at: AtVersion, stored: StoredData): Promise<void> {
  const known = written.get(scope) ?? new Map()
  written.set(scope, known.set(at.id, { version: at.version, stored }))
  scope.write(
    `insert into collected_data (account_id, profile_id, version, document, written_at) values ($1, $2, $3, $4, $5)`,
    [scope.accountId, at.id, at.version, sealJson(at.key, cell(scope, at.id, at.version), stored), scope.now],
  )
}

interface DocumentRow {
  profile_id: string
  document: Buffer
}

/**
 * The stored documents of these profiles at their newest versions, by profile id. Each is fetched by its key (`offset 0`
 * keeps the planner to that): a join would be planned for a thousand profiles and read the whole table for one.
 */
export async function selectVersions(
  scope: Scope,
  profiles: readonly AtVersion[],
): Promise<Map<string, StoredData>> {
  const [only] = profiles
  const known = only && profiles.length === 1 ? written.get(scope)?.get(only.id) : undefined
  if (only && known?.version === only.version) return new Map([[only.id, known.stored]])
  const { rows } =
    only !== undefined && profiles.length === 1
      ? await scope.query<DocumentRow>(
          `select profile_id, document from collected_data
           where account_id = $1 and profile_id = $2 and version = $3`,
          [scope.accountId, only.id, String(only.version)],
        )
      : await scope.query<DocumentRow>(
          `select d.profile_id, d.document
           from unnest($2::uuid[], $3::bigint[]) as wanted (profile_id, version) cross join lateral
             (select profile_id, document from collected_data where account_id = $1
                and profile_id = wanted.profile_id and version = wanted.version offset 0) as d`,
          [
            scope.accountId,
            profiles.map((profile) => profile.id),
            profiles.map((profile) => String(profile.version)),
          ],
        )
  return opened(scope, profiles, rows)
}

/** Some profiles' stored documents, as far as they fit. */
export interface VersionsWithin {
  readonly found: ReadonlyMap<string, StoredData>
  /** How many of the profiles, from the first on, were looked at. */
  readonly taken: number
}

/**
 * As `selectVersions`, in the order given, until `bytesMax` sealed bytes have been fetched; at least one. Documents may
 * have megabytes each, and what is fetched, opened and shown at once must fit into memory beside other requests.
 */
export async function selectVersionsWithin(
  scope: Scope,
  profiles: readonly AtVersion[],
  bytesMax: number,
): Promise<VersionsWithin> {
  if (profiles.length < 2) return { found: await selectVersions(scope, profiles), taken: profiles.length }
  const { rows } = await scope.query<{ profile_id: string | null; document: Buffer | null }>(
    `select sized.profile_id, sized.document from (
       select d.profile_id, d.document, coalesce(sum(octet_length(d.document)) over (
           order by wanted.place rows between unbounded preceding and 1 preceding), 0) as bytes_before
       from unnest($2::uuid[], $3::bigint[]) with ordinality as wanted (profile_id, version, place) left join lateral
         (select profile_id, document from collected_data where account_id = $1
            and profile_id = wanted.profile_id and version = wanted.version offset 0) as d on true
     ) as sized where sized.bytes_before < $4`,
    [
      scope.accountId,
      profiles.map((profile) => profile.id),
      profiles.map((profile) => String(profile.version)),
      bytesMax,
    ],
  )
  const stored = rows.flatMap(({ profile_id, document }) =>
    profile_id === null || document === null ? [] : [{ profile_id, document }],
  )
  return { found: opened(scope, profiles, stored), taken: rows.length }
}

function opened(
  scope: Scope,
  profiles: readonly AtVersion[],
  rows: readonly DocumentRow[],
): Map<string, StoredData> {
  const byId = new Map(profiles.map((profile) => [profile.id, profile]))
  const found = new Map<string, StoredData>()
  for (const row of rows) {
    const profile = byId.get(row.profile_id)
    if (profile)
      found.set(
        row.profile_id,
        openJson(profile.key, cell(scope, profile.id, profile.version), row.document) as StoredData,
      )
  }
  return found
}

export async function deleteVersions(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from collected_data where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
}
