import type { Query } from '../../platform/db/index.ts'
import type { Scope, Subject, WorkClass } from '../../platform/scope.ts'
import { openJson, sealJson } from '../../platform/vault/index.ts'
import { WorkingRows } from '../../platform/working-rows.ts'

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

const runs = new WorkingRows<RunRow>({
  table: 'check_run',
  read: readRuns,
  insert: insertRuns,
  update: updateRun,
})

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
  const known =
    scope.holds(profile.id) === undefined ? undefined : (await runs.of(scope, [profile])).get(profile.id)
  // A run that was open, or was added, in this transaction is later than all that had ended before it.
  const last = known?.findLast((run) => run.checkId === checkId)
  if (last) return last
  const { rows } = await scope.query<Stored>(
    `select ${columns} from check_run
     where account_id = $1 and profile_id = $2 and check_id = $3 order by id desc limit 1`,
    [scope.accountId, profile.id, checkId],
  )
  const [row] = rows
  return row && runOf(scope, profile, row)
}

const woken = new WeakSet<Scope>()

/** Tells the dispatchers of every node, with the commit, that something is due. */
export function wakeDispatchers(scope: Scope): void {
  if (woken.has(scope)) return
  woken.add(scope)
  scope.writeLater(woken, 'check_due', () => scope.write(`select pg_notify('check_due', '')`, []))
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
