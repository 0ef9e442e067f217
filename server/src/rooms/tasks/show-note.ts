import type { NoteResource } from '@drawbridge/schema/note.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { presentNotes } from './present.ts'
import { selectNotes } from './queries-notes.ts'

/** One note as it stands now. Raises `note.unknown`. */
export async function showNote(
  scope: Scope,
  at: { profile: ProfileRoot; taskId: string; noteId: string },
): Promise<NoteResource> {
  const notes = await selectNotes(scope, at.profile, at.taskId)
  const [shown] = await presentNotes(
    scope,
    notes.filter((note) => note.id === at.noteId),
  )
  if (!shown) throw new Fault('note.unknown')
  return shown
}
