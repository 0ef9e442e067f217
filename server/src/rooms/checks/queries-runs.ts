import type { Query } from '../../platform/db/index.ts'
import type { Scope, Statement, Subject } from '../../platform/scope.ts'
import { keyIdOf, openJson, sealJson } from '../../platform/vault/index.ts'
import { WorkingRows } from '../../platform/working-rows.ts'

/** 0: interactive, somebody waits for it; 1: migration. */
export type WorkClass = 0 | 1

/** What a provider calls a check, and what it wants to be told again. */
export interface Conversation {
  readonly providerId: string
  readonly reference: string
  readonly customData: Readonly<Record<string, unknown>>
}

/** One provider being asked for a check, as it is stored. */
export interface RunRow {
  readonly profileId: string
  readonly checkId: string
  readonly id: string
  /** Its place among the providers of the variant, from 0. */
  readonly place: number
  /** The provider by alias. */
  readonly provider: string
  /** The integration that was called; null before, and of a provider in this process. */
  readonly integrationId: string | null
  readonly state: 'DUE' | 'CALLING' | 'AWAITING_CALLBACK' | 'ENDED'
  readonly step: 'START' | 'READY' | 'COMPLETE' | 'POLL'
  readonly workClass: WorkClass
  readonly nextAt: Date
  readonly deadlineAt: Date
  readonly epoch: number
  readonly attempts: number
  readonly polls: number
  /** What callbacks find the run by; null until the provider has named the check. */
  readonly referenceToken: bigint | null
  readonly conversation: Conversation | null
}

type Stored = Omit<RunRow, 'conversation'> & { conversation: Buffer | null }

const columns = `profile_id as "profileId", check_id as "checkId", id, place, provider,
  integration_id as "integrationId", state, step,
  work_class as "workClass", next_at as "nextAt", deadline_at as "deadlineAt", epoch, attempts, polls,
  reference_token as "referenceToken", conversation`

const cell = (scope: Scope, id: string) => ({
  account: scope.accountId,
  table: 'check_run',
  column: 'conversation',
  row: id,
})

function runOf(scope: Scope, profile: Subject, row: Stored): RunRow {
  const sealed = row.conversation
  const conversation =
    sealed === null ? null : (openJson(profile.key, cell(scope, row.id), sealed) as Conversation)
  return { ...row, conversation }
}

async function readRuns(scope: Scope, profiles: readonly Subject[]): Promise<Map<string, RunRow[]>> {
  const { rows } = await scope.query<Stored>(
    `select ${columns} from check_run
     where account_id = $1 and profile_id = any($2) and state <> 'ENDED' order by id`,
    [scope.accountId, profiles.map((profile) => profile.id)],
  )
  const found = new Map<string, RunRow[]>()
  for (const profile of profiles) {
    const own = rows.filter((row) => row.profileId === profile.id)
    if (own.length > 0)
      found.set(
        profile.id,
        own.map((row) => runOf(scope, profile, row)),
      )
  }
  return found
}

function sealed(scope: Scope, profile: Subject, { id, conversation }: RunRow): Buffer | null {
  return conversation === null ? null : sealJson(profile.key, cell(scope, id), conversation)
}

const insertColumns = 'check_id, id, place, provider, state, step, work_class, next_at, deadline_at'

function insertRuns(scope: Scope, profile: Subject, runs: readonly RunRow[]): void {
  scope.write(
    `insert into check_run (account_id, profile_id, epoch, attempts, polls, ${insertColumns})
     select $1, $2, 0, 0, 0, ${insertColumns}
     from unnest($3::uuid[], $4::uuid[], $5::smallint[], $6::text[], $7::text[], $8::text[], $9::smallint[],
         $10::timestamptz[], $11::timestamptz[]) as new (${insertColumns})`,
    [
      scope.accountId,
      profile.id,
      runs.map((run) => run.checkId),
      runs.map((run) => run.id),
      runs.map((run) => run.place),
      runs.map((run) => run.provider),
      runs.map((run) => run.state),
      runs.map((run) => run.step),
      runs.map((run) => run.workClass),
      runs.map((run) => run.nextAt),
      runs.map((run) => run.deadlineAt),
    ],
  )
}

function updateRun(scope: Scope, profile: Subject, run: RunRow): void {
  scope.write(
    `update check_run set state = $4, step = $5, next_at = $6, epoch = $7, attempts = $8, polls = $9,
       reference_token = $10, conversation = $11, integration_id = $12
     where account_id = $1 and profile_id = $2 and id = $3`,
    [
      scope.accountId,
      profile.id,
      run.id,
      run.state,
      run.step,
      run.nextAt,
      run.epoch,
      run.attempts,
      run.polls,
      run.referenceToken?.toString() ?? null,
      sealed(scope, profile, run),
      run.integrationId,
    ],
  )
}

const runs = new WorkingRows<RunRow>({ read: readRuns, insert: insertRuns, update: updateRun })

/** What is under way for the checks of a locked profile. */
export async function selectOpenRuns(scope: Scope, profile: Subject): Promise<readonly RunRow[]> {
  const found = (await runs.of(scope, [profile])).get(profile.id) ?? []
  return found.filter((run) => run.state !== 'ENDED')
}

/** Adds a run that nobody has begun yet to a locked profile. */
export async function addRunRow(scope: Scope, profile: Subject, run: RunRow): Promise<void> {
  await runs.add(scope, profile, [run])
}

/** Changes a run of a locked profile. */
export async function changeRunRow(scope: Scope, profile: Subject, run: RunRow): Promise<void> {
  await runs.change(scope, profile, run)
}

/** The last run of a check, also one that has ended; undefined where it had none. */
export async function selectLastRun(
  scope: Scope,
  profile: Subject,
  checkId: string,
): Promise<RunRow | undefined> {
  const { rows } = await scope.query<Stored>(
    `select ${columns} from check_run
     where account_id = $1 and profile_id = $2 and check_id = $3 order by id desc limit 1`,
    [scope.accountId, profile.id, checkId],
  )
  const [row] = rows
  return row && runOf(scope, profile, row)
}

/** The run that a provider's name for a check belongs to, ended or not. */
export async function selectRunByToken(
  scope: Scope,
  token: bigint,
): Promise<{ profileId: string; id: string } | undefined> {
  const { rows } = await scope.query<{ profileId: string; id: string }>(
    `select profile_id as "profileId", id from check_run
     where account_id = $1 and reference_token = $2 order by state = 'ENDED', id desc limit 1`,
    [scope.accountId, token.toString()],
  )
  return rows[0]
}

/** Lets nobody else look for, or hold back, callbacks by this name until the transaction ends. */
export async function lockToken(scope: Scope, token: bigint): Promise<void> {
  await scope.query('select pg_advisory_xact_lock($1)', [token.toString()])
}

const earlyCell = (scope: Scope, token: bigint) => ({
  account: scope.accountId,
  table: 'early_callback',
  column: 'custom_data',
  row: token.toString(),
})

/** Holds a callback back whose check nobody knows yet; those that nobody asked for in a day are dropped. */
export async function holdEarlyCallback(
  scope: Scope,
  token: bigint,
  customData: Readonly<Record<string, unknown>>,
): Promise<void> {
  await scope.query(
    `with old as (delete from early_callback where account_id = $1 and received_at < $4::timestamptz - interval '1 day')
     insert into early_callback (account_id, reference_token, custom_data, received_at) values ($1, $2, $3, $4)
     on conflict (account_id, reference_token) do update set custom_data = $3, received_at = $4`,
    [
      scope.accountId,
      token.toString(),
      sealJson(scope.vault.dataKey, earlyCell(scope, token), customData),
      scope.now,
    ],
  )
}

/** Takes a callback out that was held back; undefined when there is none. */
export async function takeEarlyCallback(
  scope: Scope,
  token: bigint,
): Promise<Record<string, unknown> | undefined> {
  const { rows } = await scope.query<{ custom_data: Buffer }>(
    'delete from early_callback where account_id = $1 and reference_token = $2 returning custom_data',
    [scope.accountId, token.toString()],
  )
  const [row] = rows
  if (!row) return undefined
  const key = await scope.vault.keyById(keyIdOf(row.custom_data) ?? '')
  return openJson(key, earlyCell(scope, token), row.custom_data) as Record<string, unknown>
}

/** A profile with checks that are due. */
export interface DueProfile {
  readonly accountId: string
  readonly profileId: string
  readonly workClass: WorkClass
}

/** Profiles with due checks of one class, longest waiting first, each once. Asked across accounts, answered in ids. */
export async function selectDue(
  query: Query,
  workClass: WorkClass,
  asked: { readonly clockOffsetMs: number; readonly busy: readonly string[]; readonly max: number },
): Promise<DueProfile[]> {
  if (asked.max <= 0) return []
  const { rows } = await query.query<{ account_id: string; profile_id: string }>(
    'select account_id, profile_id from due_check_runs($1, $2, $3, $4)',
    [workClass, asked.clockOffsetMs, asked.busy, asked.max * 8],
  )
  const found = new Map<string, DueProfile>()
  for (const { account_id, profile_id } of rows)
    found.set(profile_id, { accountId: account_id, profileId: profile_id, workClass })
  return [...found.values()].slice(0, asked.max)
}

/** A statement that says whether nobody else works on the due checks of the profile; it never waits. */
export function claimProfileStatement(profileId: string): Statement {
  return {
    text: `select pg_try_advisory_xact_lock(hashtextextended('check_run/' || $1, 0)) as mine`,
    values: [profileId],
  }
}

const woken = new WeakSet<Scope>()

/** Tells the dispatchers of every node, with the commit, that something is due. */
export function wakeDispatchers(scope: Scope): void {
  if (woken.has(scope)) return
  woken.add(scope)
  // With the last statements: one of its own in between would have what is changed in memory written twice.
  scope.beforeNext(woken, () => scope.write(`select pg_notify('check_due', '')`, []))
}

/** Puts a call off that could not be made now, unless another has taken the run over. */
export async function postponeRun(
  scope: Scope,
  run: Pick<RunRow, 'profileId' | 'id' | 'epoch'>,
  until: Date,
): Promise<void> {
  scope.write(
    `update check_run set state = 'DUE', next_at = $5
     where account_id = $1 and profile_id = $2 and id = $3 and epoch = $4 and state = 'CALLING'`,
    [scope.accountId, run.profileId, run.id, run.epoch, until],
  )
}

/** Whether a check needs no more waiting: it is COMPLETE, or gone. */
export async function isComplete(
  query: Query,
  accountId: string,
  at: { readonly profileId: string; readonly checkId: string },
): Promise<boolean> {
  const { rows } = await query.query<{ state: string }>(
    'select state from profile_check where account_id = $1 and profile_id = $2 and id = $3',
    [accountId, at.profileId, at.checkId],
  )
  return rows[0] === undefined || rows[0].state === 'COMPLETE'
}

/** The checks under way at an integration that an image of their profile may belong to. */
export async function selectOpenOfImage(
  scope: Scope,
  integrationId: string,
  imageId: string,
): Promise<{ profileId: string; checkId: string }[]> {
  const { rows } = await scope.query<{ profileId: string; checkId: string }>(
    `select run.profile_id as "profileId", run.check_id as "checkId" from check_run as run
       join document_image as image on image.account_id = run.account_id
         and image.profile_id = run.profile_id and image.id = $3
     where run.account_id = $1 and run.integration_id = $2 and run.state <> 'ENDED'`,
    [scope.accountId, integrationId, imageId],
  )
  return rows
}
