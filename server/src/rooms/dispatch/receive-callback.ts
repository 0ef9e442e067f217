import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { type Engine, type Scope, thePlatform, withScope } from '../../platform/scope.ts'
import { changeRunRow, selectOpenRuns, wakeDispatchers } from '../checks/index.ts'
import { lockProfile } from '../profile-root/index.ts'
import type { Integration } from '../providers/index.ts'
import { holdEarlyCallback, lockToken, selectRunByToken } from './queries.ts'
import { referenceToken } from './reference-token.ts'
import { afterCallback } from './rules-run.ts'

const word = z.string().min(1).max(1_000)

/** What a callback says (provider protocol 1.5). */
export const CallbackBody = z.looseObject({
  provider_id: word,
  reference: word,
  custom_data: z.record(z.string(), z.unknown()).nullish(),
})
export type CallbackBody = z.infer<typeof CallbackBody>

/**
 * Takes a callback of an integration, whose signature is verified: the check's result is fetched next. One that came
 * before the answer it belongs to is held back; one that nobody waits for any more, or a second one, changes nothing.
 * Returns an id for it.
 */
export async function receiveCallback(
  engine: Engine,
  { accountId, providerId }: Integration,
  body: CallbackBody,
): Promise<string> {
  return withScope(engine, { accountId, actor: thePlatform }, async (scope) => {
    const named = { providerId: body.provider_id, reference: body.reference }
    const token = referenceToken(scope, providerId, named)
    const found = await foundOrHeld(scope, providerId, token, body.custom_data ?? {})
    if (found) await moveRun(scope, found, body.custom_data ?? {})
    return scope.newId()
  })
}

/** The run a callback is for; where there is none yet, the callback is held back for it. */
async function foundOrHeld(
  scope: Scope,
  providerId: string,
  token: bigint,
  customData: Record<string, unknown>,
) {
  const known = await selectRunByToken(scope, token)
  if (known) return known
  // Whoever stores the provider's name for the check at this moment either is seen now, or sees what is held back.
  await lockToken(scope, token)
  const found = await selectRunByToken(scope, token)
  if (!found) await holdEarlyCallback(scope, providerId, token, customData)
  return found
}

async function moveRun(
  scope: Scope,
  found: { readonly profileId: string; readonly id: string },
  customData: Record<string, unknown>,
): Promise<void> {
  try {
    const profile = await lockProfile(scope, found.profileId)
    const run = (await selectOpenRuns(scope, profile)).find(({ id }) => id === found.id)
    const next = run && afterCallback(run, customData, scope.now)
    if (next === undefined || next === run) return
    await changeRunRow(scope, profile, next)
    wakeDispatchers(scope)
  } catch (error) {
    // Erased meanwhile: there is nothing left that the callback could change.
    if (!(error instanceof Fault) || error.reason !== 'profile.unknown') throw error
  }
}
