import type { Scope } from '../../platform/scope.ts'
import { keyIdOf, open, seal } from '../../platform/vault/index.ts'

export interface Tag {
  readonly id: string
  readonly name: string
}

interface Row {
  id: string
  name: Buffer
}

/** The row of a counter: each connection has its own, so that no two transactions wait for each other. */
const slot = '(pg_backend_pid() % 64)'
const cell = (scope: Scope, id: string) => ({
  account: scope.accountId,
  table: 'tag',
  column: 'name',
  row: id,
})

async function tagOf(scope: Scope, row: Row): Promise<Tag> {
  const key = await scope.vault.keyById(keyIdOf(row.name) ?? '')
  return { id: row.id, name: open(key, cell(scope, row.id), row.name).toString() }
}

/** The tag with this exact name; made when there is none. */
export async function upsertTag(scope: Scope, name: string): Promise<Tag> {
  const term = String(scope.vault.token('tag-name', name))
  const known = await scope.query<Row>('select id, name from tag where account_id = $1 and term = $2', [
    scope.accountId,
    term,
  ])
  if (known.rows[0]) return tagOf(scope, known.rows[0])
  const id = scope.newId()
  const { rows } = await scope.query<Row>(
    `insert into tag (account_id, id, term, name, created_at) values ($1, $2, $3, $4, $5)
     on conflict (account_id, term) do update set term = excluded.term returning id, name`,
    [scope.accountId, id, term, seal(scope.vault.dataKey, cell(scope, id), Buffer.from(name)), scope.now],
  )
  const [row] = rows
  if (!row) throw new Error('An upsert returned no row')
  return tagOf(scope, row)
}

/** Attaches a tag. False when it was attached before. */
export async function insertProfileTag(scope: Scope, profileId: string, tagId: string): Promise<boolean> {
  const { rows } = await scope.query(
    `insert into profile_tag (account_id, profile_id, tag_id, added_at) values ($1, $2, $3, $4)
     on conflict do nothing returning 1 as added`,
    [scope.accountId, profileId, tagId, scope.now],
  )
  if (rows.length === 1) await addToTagCount(scope, tagId, 1)
  return rows.length === 1
}

/** Takes a tag off. False when it was not attached. */
export async function deleteProfileTag(scope: Scope, profileId: string, tagId: string): Promise<boolean> {
  const { rows } = await scope.query(
    'delete from profile_tag where account_id = $1 and profile_id = $2 and tag_id = $3 returning 1 as removed',
    [scope.accountId, profileId, tagId],
  )
  if (rows.length === 1) await addToTagCount(scope, tagId, -1)
  return rows.length === 1
}

async function addToTagCount(scope: Scope, tagId: string, by: number): Promise<void> {
  scope.write(
    `insert into tag_count as c (account_id, tag_id, slot, profiles) values ($1, $2, ${slot}, $3)
     on conflict (account_id, tag_id, slot) do update set profiles = c.profiles + $3`,
    [scope.accountId, tagId, by],
  )
}

/** The tags of these profiles, in the order they were attached. */
export async function selectTagsOf(
  scope: Scope,
  profiles: readonly { readonly id: string }[],
): Promise<Map<string, Tag[]>> {
  const asked = scope.withRows('profile_tag', profiles)
  if (asked.length === 0) return new Map()
  const { rows } = await scope.query<Row & { profile_id: string }>(
    `select p.profile_id, t.id, t.name from profile_tag p
     join tag t on t.account_id = p.account_id and t.id = p.tag_id
     where p.account_id = $1 and p.profile_id = any($2) order by p.added_at, t.id`,
    [scope.accountId, asked.map((profile) => profile.id)],
  )
  const found = new Map<string, Tag[]>()
  for (const row of rows) {
    const tags = found.get(row.profile_id)
    if (tags) tags.push(await tagOf(scope, row))
    else found.set(row.profile_id, [await tagOf(scope, row)])
  }
  return found
}

/** How many profiles carry the tag of this exact name; 0 when there is no such tag. */
export async function countTagged(scope: Scope, name: string): Promise<number> {
  const { rows } = await scope.query<{ profiles: bigint }>(
    `select coalesce(sum(c.profiles), 0)::bigint as profiles from tag t
     join tag_count c on c.account_id = t.account_id and c.tag_id = t.id
     where t.account_id = $1 and t.term = $2`,
    [scope.accountId, String(scope.vault.token('tag-name', name))],
  )
  return Number(rows[0]?.profiles ?? 0)
}

/** Tags that are read and opened at a time: an account may have one for every profile. */
const tagsAtOnce = 500

/** All tags of the account, opened, some at a time. */
export async function* selectTags(scope: Scope): AsyncGenerator<Tag[]> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const { rows } = await scope.query<Row>(
      'select id, name from tag where account_id = $1 and id > $2 order by id limit $3',
      [scope.accountId, after, tagsAtOnce],
    )
    yield await Promise.all(rows.map((row) => tagOf(scope, row)))
    const last = rows.at(-1)
    if (last === undefined || rows.length < tagsAtOnce) return
    after = last.id
  }
}

export async function selectTag(scope: Scope, id: string): Promise<Tag | undefined> {
  const { rows } = await scope.query<Row>('select id, name from tag where account_id = $1 and id = $2', [
    scope.accountId,
    id,
  ])
  return rows[0] && tagOf(scope, rows[0])
}
