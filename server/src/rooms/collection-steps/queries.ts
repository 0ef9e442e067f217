import type { CollectionStep } from '@drawbridge/schema/collection-step.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { WorkingRows } from '../../platform/working-rows.ts'

/** The steps of one profile, in their order; its id is the profile's. */
interface StepsRow {
  readonly id: string
  readonly steps: readonly CollectionStep[]
}

async function readSteps(scope: Scope, profiles: readonly Subject[]): Promise<Map<string, StepsRow[]>> {
  const { rows } = await scope.query<StepsRow>(
    'select profile_id as id, steps from collection_step where account_id = $1 and profile_id = any($2)',
    [scope.accountId, profiles.map((profile) => profile.id)],
  )
  return new Map(rows.map((row) => [row.id, [row]]))
}

function insertSteps(scope: Scope, profile: Subject, rows: readonly StepsRow[]): void {
  for (const row of rows)
    scope.write(
      'insert into collection_step (account_id, profile_id, steps, changed_at) values ($1, $2, $3, $4)',
      [scope.accountId, profile.id, JSON.stringify(row.steps), scope.now],
    )
}

function updateSteps(scope: Scope, profile: Subject, row: StepsRow): void {
  scope.write(
    'update collection_step set steps = $3, changed_at = $4 where account_id = $1 and profile_id = $2',
    [scope.accountId, profile.id, JSON.stringify(row.steps), scope.now],
  )
}

const stepRows = new WorkingRows<StepsRow>({
  table: 'collection_step',
  read: readSteps,
  insert: insertSteps,
  update: updateSteps,
})

/** The open steps of these profiles, by profile id; profiles without any are left out. */
export async function selectSteps(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, readonly CollectionStep[]>> {
  const found = new Map<string, readonly CollectionStep[]>()
  for (const [id, [row]] of await stepRows.of(scope, profiles))
    if (row !== undefined && row.steps.length > 0) found.set(id, row.steps)
  return found
}

/** How many steps of these profiles still wait for data, by profile id; none are left out. */
export async function openStepCount(
  scope: Scope,
  profiles: readonly Subject[],
): Promise<Map<string, number>> {
  const found = await selectSteps(scope, profiles)
  return new Map([...found].map(([id, steps]) => [id, steps.length]))
}

/** Replaces the steps of a locked profile. */
export async function writeSteps(
  scope: Scope,
  profile: Subject,
  steps: readonly CollectionStep[],
): Promise<void> {
  const row = { id: profile.id, steps }
  const has = (await stepRows.of(scope, [profile])).has(profile.id)
  if (has) await stepRows.change(scope, profile, row)
  else await stepRows.add(scope, profile, [row])
}

/** Removes the steps of a profile. */
export async function deleteSteps(scope: Scope, profileId: string): Promise<void> {
  await scope.query('delete from collection_step where account_id = $1 and profile_id = $2', [
    scope.accountId,
    profileId,
  ])
  stepRows.forget(scope, profileId)
}
