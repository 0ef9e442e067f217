import type { ListNotes, NoteResource } from '@drawbridge/schema/note.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import type { Scope } from '../../platform/scope.ts'
import { getRoot } from '../profile-root/index.ts'
import { findTask } from './find-task.ts'
import { presentNotes } from './present.ts'
import { selectNotes } from './queries-notes.ts'

/** The notes on a task, oldest first. Raises `profile.unknown`, `task.unknown`. */
export async function listNotes(scope: Scope, input: Input<typeof ListNotes>): Promise<NoteResource[]> {
  const profile = await getRoot(scope, input.profile_id)
  const task = await findTask(scope, profile, input.task_id)
  return presentNotes(scope, await selectNotes(scope, profile, task.id))
}
