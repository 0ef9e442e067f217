import type { EventResolution, ResolveEvent, ResolveEvents } from '@drawbridge/schema/event.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile, type ProfileRoot } from '../profile-root/index.ts'
import { findEvent } from './find-event.ts'
import { changeEventRow, type EventRow } from './queries.ts'

interface Resolving {
  readonly resolution: EventResolution
  readonly resolution_reason?: string | undefined
  readonly resolution_task_ids?: readonly string[] | undefined
}

/** Says what became of a match or alert. Raises `profile.unknown`, `event.unknown`. */
export async function resolveEvent(scope: Scope, input: Input<typeof ResolveEvent>) {
  const profile = await lockProfile(scope, input.profile_id)
  const event = await findEvent(scope, profile, input.event_id)
  await resolve(scope, profile, event, input.body)
  return { profile, eventId: event.id }
}

/** The same for several events of a profile: all of them, or none. Raises `profile.unknown`, `event.unknown`. */
export async function resolveEvents(scope: Scope, input: Input<typeof ResolveEvents>) {
  const profile = await lockProfile(scope, input.profile_id)
  const eventIds: string[] = []
  for (const [index, wanted] of input.body.entries()) {
    const event = await findEvent(scope, profile, wanted.id, `/${index}/id`)
    await resolve(scope, profile, event, wanted)
    eventIds.push(event.id)
  }
  return { profile, eventIds }
}

/** What is said the second time leaves no trace; another resolution is recorded with who said it. */
async function resolve(
  scope: Scope,
  profile: ProfileRoot,
  event: EventRow,
  { resolution, resolution_reason: said, resolution_task_ids: tasks }: Resolving,
): Promise<void> {
  const isOther = resolution !== event.resolution
  const isOpen = resolution === 'UNRESOLVED'
  const reason = said ?? (isOther ? null : event.reason)
  const taskIds = resolution === 'CREATED_TASK' ? (tasks ?? event.taskIds) : []
  const isSame = !isOther && reason === event.reason && taskIds.join() === event.taskIds.join()
  if (isSame) return
  const resolvedAt = isOpen ? null : scope.now
  await changeEventRow(scope, profile, { ...event, resolution, reason, taskIds, resolvedAt })
  if (!isOther) return
  scope.record(
    {
      kind: 'event.resolved',
      payload: {
        event_id: event.id,
        event_type: event.type,
        old_resolution: event.resolution,
        new_resolution: resolution,
        ...(reason === null ? {} : { reason }),
      },
    },
    profile,
  )
}
