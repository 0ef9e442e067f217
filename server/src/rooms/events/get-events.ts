import type { EventResource, GetEvent, ListEvents } from '@drawbridge/schema/event.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { getRoot } from '../profile-root/index.ts'
import { findEvent } from './find-event.ts'
import { presentEvents } from './present.ts'
import { selectEvents } from './queries.ts'

/** The matches and alerts of a profile, oldest first. Raises `profile.unknown`. */
export async function listEvents(scope: Scope, input: Input<typeof ListEvents>): Promise<EventResource[]> {
  const profile = await getRoot(scope, input.profile_id)
  return presentEvents(scope, profile, (await selectEvents(scope, [profile])).get(profile.id) ?? [])
}

/** One match or alert. Raises `profile.unknown`, `event.unknown`. */
export async function getEvent(scope: Scope, input: Input<typeof GetEvent>): Promise<EventResource> {
  const profile = await getRoot(scope, input.profile_id)
  return showEvent(scope, { profile, eventId: input.event_id })
}

/** Some events of a profile as they stand now, in the order of the ids. Raises `event.unknown`. */
export async function showEvents(
  scope: Scope,
  at: { readonly profile: Subject; readonly eventIds: readonly string[] },
): Promise<EventResource[]> {
  const rows = []
  for (const id of at.eventIds) rows.push(await findEvent(scope, at.profile, id))
  return presentEvents(scope, at.profile, rows)
}

/** An event as it stands now. Raises `event.unknown`. */
export async function showEvent(
  scope: Scope,
  at: { readonly profile: Subject; readonly eventId: string },
): Promise<EventResource> {
  const [shown] = await showEvents(scope, { profile: at.profile, eventIds: [at.eventId] })
  if (!shown) throw new Error('An event that was found can be shown')
  return shown
}
