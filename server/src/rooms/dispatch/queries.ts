import type { Query } from '../../platform/db/index.ts'
import type { Scope, Statement, WorkClass } from '../../platform/scope.ts'
import { keyIdOf, openJson, sealJson } from '../../platform/vault/index.ts'

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

/** So many callbacks are held back for one integration: more than calls to it can be under way. */
const earlyCallbacksMax = 500

/**
 * Holds a callback back whose check nobody knows yet. Those that nobody asked for in a day are dropped, and the oldest
 * of an integration that sends more than can be.
 */
export async function holdEarlyCallback(
  scope: Scope,
  integrationId: string,
  token: bigint,
  customData: Readonly<Record<string, unknown>>,
): Promise<void> {
  await scope.query(
    `with old as (
       delete from early_callback where account_id = $1 and reference_token <> $2
         and (received_at < $4::timestamptz - interval '1 day' or reference_token in (
           select reference_token from early_callback where account_id = $1 and integration_id = $5
           order by received_at desc, reference_token offset $6)))
     insert into early_callback (account_id, integration_id, reference_token, custom_data, received_at)
     values ($1, $5, $2, $3, $4)
     on conflict (account_id, reference_token) do update set custom_data = $3, received_at = $4`,
    [
      scope.accountId,
      token.toString(),
      sealJson(scope.vault.dataKey, earlyCell(scope, token), customData),
      scope.now,
      integrationId,
      earlyCallbacksMax - 1,
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

/** Puts a call off that could not be made now, unless another has taken the run over. */
export async function postponeRun(
  scope: Scope,
  run: { readonly profileId: string; readonly id: string; readonly epoch: number },
  until: Date,
): Promise<void> {
  scope.write(
    `update check_run set state = 'DUE', next_at = $5
     where account_id = $1 and profile_id = $2 and id = $3 and epoch = $4 and state = 'CALLING'`,
    [scope.accountId, run.profileId, run.id, run.epoch, until],
  )
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

/** Has the connection told when something becomes due, on whichever node. */
export async function listenForDue(query: Query): Promise<void> {
  await query.query('listen check_due')
}
