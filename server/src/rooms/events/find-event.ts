import { Fault } from '../../platform/fault.ts'
import type { Scope, Subject } from '../../platform/scope.ts'
import { type EventRow, selectEvents } from './queries.ts'

/** An event of the profile; `pointer` says where the request names it. Raises `event.unknown`. */
export async function findEvent(
  scope: Scope,
  profile: Subject,
  eventId: string,
  pointer?: string,
): Promise<EventRow> {
  const events = (await selectEvents(scope, [profile])).get(profile.id) ?? []
  const event = events.find((candidate) => candidate.id === eventId.toLowerCase())
  if (!event) throw new Fault('event.unknown', pointer === undefined ? {} : { pointer })
  return event
}
