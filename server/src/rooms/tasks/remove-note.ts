import type { RemoveNote } from '@drawbridge/schema/note.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { lockProfile } from '../profile-root/index.ts'
import { findTask } from './find-task.ts'
import { selectNotes, updateNoteRemoved } from './queries-notes.ts'

/** Removes a note; the audit keeps what it said. Raises `profile.unknown`, `task.unknown`, `note.unknown`. */
export async function removeNote(scope: Scope, input: Input<typeof RemoveNote>): Promise<void> {
  const profile = await lockProfile(scope, input.profile_id)
  const task = await findTask(scope, profile, input.task_id)
  const noteId = input.note_id.toLowerCase()
  const note = (await selectNotes(scope, profile, task.id)).find((candidate) => candidate.id === noteId)
  if (!note) throw new Fault('note.unknown')
  await updateNoteRemoved(scope, profile.id, task.id, noteId)
  const { text } = note.content
  const said = text === undefined ? {} : { text }
  scope.record({ kind: 'note.removed', payload: { note_id: noteId, task_id: task.id, ...said } }, profile)
}
