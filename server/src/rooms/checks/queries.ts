import type {
  CheckDecision,
  CheckProvider,
  CheckResult,
  CheckState,
  CheckType,
} from '@drawbridge/schema/check.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { type DataKey, openJson, sealJson } from '../../platform/vault/index.ts'
import { WorkingRows } from '../../platform/working-rows.ts'

/** A check as it is stored, without what it asked and was answered. */
export interface CheckRow {
  readonly profileId: string
  readonly id: string
  readonly checkType: CheckType
  /** Null when it was run elsewhere without naming one. */
  readonly variantId: string | null
  readonly state: CheckState
  readonly result: CheckResult | null
  /** Null until it is complete. */
  readonly decision: CheckDecision | null
  readonly taskIds: readonly string[]
  readonly isAutomatic: boolean
  readonly instructedExternally: boolean
  /** Whether it found any associate of a company; null where that was not its question. */
  readonly foundAssociates: boolean | null
  readonly instructedAt: Date
  readonly startedAt: Date | null
  readonly completedAt: Date | null
  /** Whom it asked, in this order. */
  readonly providers: readonly CheckProvider[]
}

/** What a check asks: the collected data as it was, and what its type needs besides. */
export interface CheckInput {
  readonly data: Readonly<Record<string, unknown>>
  readonly extra: Readonly<Record<string, unknown>>
}

/** What was answered; `externalResources` are pages at the provider's that a person may open. */
export interface CheckOutput {
  readonly output: Readonly<Record<string, unknown>> | null
  readonly externalResources: readonly Readonly<Record<string, unknown>>[]
  readonly warnings: readonly Readonly<Record<string, unknown>>[]
  readonly charges: readonly Readonly<Record<string, unknown>>[]
  /** Kept for support only. */
  readonly providerData?: unknown
}

/** What went wrong, in the words of a provider or of the platform. */
export interface CheckError {
  readonly type: string
  readonly subType?: string | undefined
  readonly message: string
  readonly data?: unknown
}

/** The large parts of a check. */
export interface CheckContent {
  readonly input: CheckInput
  readonly output: CheckOutput | null
  readonly errors: readonly CheckError[]
}

type Stored = Omit<CheckRow, 'providers'> & { providers: Buffer }

const columns = `profile_id as "profileId", id, type as "checkType", variant_id as "variantId", state, result, decision,
  task_ids as "taskIds", is_automatic as "isAutomatic", instructed_externally as "instructedExternally",
  found_associates as "foundAssociates", instructed_at as "instructedAt", started_at as "startedAt",
  completed_at as "completedAt"`

const cell = (scope: Scope, id: string, column: 'input' | 'output' | 'errors' | 'providers') => ({
  account: scope.accountId,
  table: 'profile_check',
  column,
  row: id,
})

function checkOf(scope: Scope, key: DataKey, row: Stored): CheckRow {
  const providers = openJson(key, cell(scope, row.id, 'providers'), row.providers) as CheckProvider[]
  return { ...row, providers }
}

async function readChecks(scope: Scope, profiles: readonly Subject[]): Promise<Map<string, CheckRow[]>> {
  const { rows } = await scope.query<Stored>(
    `select ${columns}, providers from profile_check
     where account_id = $1 and profile_id = any($2) order by id`,
    [scope.accountId, profiles.map((profile) => profile.id)],
  )
  const keys = new Map(profiles.map((profile) => [profile.id, profile.key]))
  const found = new Map<string, CheckRow[]>()
  for (const row of rows) {
    const key = keys.get(row.profileId)
    if (!key) continue
    const checks = found.get(row.profileId)
    if (checks) checks.push(checkOf(scope, key, row))
    else found.set(row.profileId, [checkOf(scope, key, row)])
  }
  return found
}

/** What this transaction has written of the large parts, by check: it need not be fetched and opened again. */
const writtenContents = new WeakMap<Scope, Map<string, Partial<CheckContent>>>()

function contentsWritten(scope: Scope): Map<string, Partial<CheckContent>> {
  const known = writtenContents.get(scope) ?? new Map<string, Partial<CheckContent>>()
  writtenContents.set(scope, known)
  return known
}

function sealedParts(scope: Scope, profile: Subject, id: string) {
  const content = contentsWritten(scope).get(id) ?? {}
  const { input, output, errors } = content
  return {
    input: input === undefined ? null : sealJson(profile.key, cell(scope, id, 'input'), input),
    output: output ? sealJson(profile.key, cell(scope, id, 'output'), output) : null,
    errors: errors?.length ? sealJson(profile.key, cell(scope, id, 'errors'), errors) : null,
  }
}

const insertColumns = `id, type, variant_id, state, result, decision, task_ids, is_automatic, instructed_externally,
  found_associates, instructed_at, started_at, completed_at, input, output, errors, providers`

/** Lists of task ids travel as text: PostgreSQL has no lists of lists of different lengths. */
function insertChecks(scope: Scope, profile: Subject, checks: readonly CheckRow[]): void {
  const parts = checks.map((check) => sealedParts(scope, profile, check.id))
  scope.write(
    `insert into profile_check (account_id, profile_id, ${insertColumns})
     select $1, $2, id, type, variant_id, state, result, decision, task_ids::uuid[], is_automatic,
       instructed_externally, found_associates, instructed_at, started_at, completed_at, input, output, errors, providers
     from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::boolean[],
         $11::boolean[], $12::boolean[], $13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::bytea[],
         $17::bytea[], $18::bytea[], $19::bytea[])
       as new (${insertColumns})`,
    [
      scope.accountId,
      profile.id,
      checks.map((check) => check.id),
      checks.map((check) => check.checkType),
      checks.map((check) => check.variantId),
      checks.map((check) => check.state),
      checks.map((check) => check.result),
      checks.map((check) => check.decision),
      checks.map((check) => `{${check.taskIds.join(',')}}`),
      checks.map((check) => check.isAutomatic),
      checks.map((check) => check.instructedExternally),
      checks.map((check) => check.foundAssociates),
      checks.map((check) => check.instructedAt),
      checks.map((check) => check.startedAt),
      checks.map((check) => check.completedAt),
      parts.map((part) => part.input),
      parts.map((part) => part.output),
      parts.map((part) => part.errors),
      checks.map((check) => sealedProviders(scope, profile, check)),
    ],
  )
}

function sealedProviders(scope: Scope, profile: Subject, check: CheckRow): Buffer {
  return sealJson(profile.key, cell(scope, check.id, 'providers'), check.providers)
}

function updateCheck(scope: Scope, profile: Subject, check: CheckRow): void {
  const parts = sealedParts(scope, profile, check.id)
  scope.write(
    `update profile_check set state = $4, result = $5, decision = $6, task_ids = $7, found_associates = $8,
       started_at = $9, completed_at = $10, input = coalesce($11, input), output = coalesce($12, output),
       errors = coalesce($13, errors), providers = $14
     where account_id = $1 and profile_id = $2 and id = $3`,
    [
      scope.accountId,
      profile.id,
      check.id,
      check.state,
      check.result,
      check.decision,
      check.taskIds,
      check.foundAssociates,
      check.startedAt,
      check.completedAt,
      parts.input,
      parts.output,
      parts.errors,
      sealedProviders(scope, profile, check),
    ],
  )
}

const checks = new WorkingRows<CheckRow>({
  table: 'profile_check',
  read: readChecks,
  insert: insertChecks,
  update: updateCheck,
})

/** The checks of these profiles, oldest first, by profile id. */
export async function selectChecks(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, readonly CheckRow[]>> {
  return checks.of(scope, profiles)
}

/** Adds a check to a locked profile. */
export async function addCheckRow(
  scope: Scope,
  profile: Subject,
  row: CheckRow,
  content: Partial<CheckContent> & Pick<CheckContent, 'input'>,
): Promise<void> {
  contentsWritten(scope).set(row.id, content)
  await checks.add(scope, profile, [row])
}

/** Changes a check of a locked profile, and those of its large parts that are given. */
export async function changeCheckRow(
  scope: Scope,
  profile: Subject,
  row: CheckRow,
  content: Partial<CheckContent> = {},
): Promise<void> {
  const known = contentsWritten(scope)
  if (Object.keys(content).length > 0) known.set(row.id, { ...known.get(row.id), ...content })
  await checks.change(scope, profile, row)
}

interface StoredContent {
  readonly id: string
  readonly input: Buffer
  readonly output: Buffer | null
  readonly errors: Buffer | null
}

function contentOf(scope: Scope, key: DataKey, { id, input, output, errors }: StoredContent): CheckContent {
  const opened = <T>(column: 'input' | 'output' | 'errors', sealed: Buffer) =>
    openJson(key, cell(scope, id, column), sealed) as T
  return {
    input: opened<CheckInput>('input', input),
    output: output && opened<CheckOutput>('output', output),
    errors: errors === null ? [] : opened<CheckError[]>('errors', errors),
  }
}

/** What this transaction has read of checks of profiles that it holds, as it was stored before it. */
const readBefore = new WeakMap<Scope, Map<string, CheckContent>>()

function keepRead(scope: Scope, profile: Subject, rows: readonly StoredContent[]): Map<string, CheckContent> {
  const read = new Map(rows.map((row) => [row.id, contentOf(scope, profile.key, row)]))
  if (scope.holds(profile.id) === undefined) return read
  const kept = readBefore.get(scope) ?? new Map<string, CheckContent>()
  readBefore.set(scope, kept)
  for (const [id, content] of read) kept.set(id, content)
  return read
}

/** The large parts of a check as far as this transaction knows them. */
function knownContent(scope: Scope, id: string): CheckContent | undefined {
  const before = readBefore.get(scope)?.get(id)
  const written = contentsWritten(scope).get(id)
  const input = written?.input ?? before?.input
  return input && { output: null, errors: [], ...before, ...written, input }
}

/** Reads the large parts of the checks of a locked profile that are not COMPLETE, for whoever asks for them next. */
export async function readOpenContents(scope: Scope, profile: Subject): Promise<void> {
  const { rows } = await scope.query<StoredContent>(
    `select id, input, output, errors from profile_check
     where account_id = $1 and profile_id = $2 and state <> 'COMPLETE'`,
    [scope.accountId, profile.id],
  )
  keepRead(scope, profile, rows)
}

/** The large parts of these checks of one profile, by check id. */
export async function selectContents(
  scope: Scope,
  profile: Subject,
  ids: readonly string[],
): Promise<Map<string, CheckContent>> {
  const asked = ids.filter((id) => knownContent(scope, id) === undefined)
  const { rows } =
    asked.length === 0
      ? { rows: [] }
      : await scope.query<StoredContent>(
          `select id, input, output, errors from profile_check
           where account_id = $1 and profile_id = $2 and id = any($3)`,
          [scope.accountId, profile.id, asked],
        )
  const read = keepRead(scope, profile, rows)
  const found = new Map<string, CheckContent>()
  for (const id of ids) {
    const content = knownContent(scope, id) ?? read.get(id)
    if (content) found.set(id, content)
  }
  return found
}

/** Removes the checks of a profile and everything under way for them. */
export async function deleteChecks(scope: Scope, profileId: string): Promise<void> {
  for (const table of ['check_run', 'profile_check'])
    await scope.query(`delete from ${table} where account_id = $1 and profile_id = $2`, [
      scope.accountId,
      profileId,
    ])
  checks.forget(scope, profileId)
}

/** The versions of tasks of the profile that have not expired. */
export async function selectLiveTasks(
  scope: Scope,
  profileId: string,
): Promise<{ id: string; variantId: string; isExpired: boolean }[]> {
  const { rows } = await scope.query<{ id: string; variantId: string; isExpired: boolean }>(
    `select id, variant_id as "variantId", expired_at is not null as "isExpired" from task
     where account_id = $1 and profile_id = $2 order by id`,
    [scope.accountId, profileId],
  )
  return rows
}
