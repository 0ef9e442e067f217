import type { CreateEvent } from '@drawbridge/schema/event.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectSettings } from '../accounts/index.ts'
import { lockProfile } from '../profile-root/index.ts'
import { matchOf, takeMatch } from './take-matches.ts'

/**
 * Adds a match as if monitoring had found it; with the `match_id` of one that was added so before, that one changes.
 * Raises `profile.unknown`, and `event.demo-only` where the environment is not a demo.
 */
export async function createEvent(scope: Scope, input: Input<typeof CreateEvent>) {
  const profile = await lockProfile(scope, input.profile_id)
  if ((await selectSettings(scope)).environment !== 'demo') throw new Fault('event.demo-only')
  const source = { provider: 'simulated', providerName: 'Simulated', checkId: null }
  const { id } = await takeMatch(scope, profile, source, matchOf(input.body.data, scope.newId()))
  return { profile, eventId: id }
}
