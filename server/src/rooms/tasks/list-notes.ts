import type { ListNotes, NoteResource } from '@drawbridge/schema/note.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { actorNames } from '../accounts/index.ts'
import { getRoot, type ProfileRoot } from '../profile-root/index.ts'
import { findTask } from './find-task.ts'
import { type NoteRow, selectNotes } from './queries.ts'

/** The notes on a task, oldest first. Raises `profile.unknown`, `task.unknown`. */
export async function listNotes(scope: Scope, input: Input<typeof ListNotes>): Promise<NoteResource[]> {
  const profile = await getRoot(scope, input.profile_id)
  const task = await findTask(scope, profile, input.task_id)
  return presentNotes(scope, await selectNotes(scope, profile, task.id))
}

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

async function presentNotes(scope: Scope, notes: readonly NoteRow[]): Promise<NoteResource[]> {
  const names = await actorNames(
    scope,
    notes.flatMap((note) => note.authorId ?? []),
  )
  return notes.map((note) => {
    const name = (note.authorId === null ? undefined : names.get(note.authorId)) ?? 'Drawbridge'
    return {
      id: note.id,
      ...(note.content.text === undefined ? {} : { text: note.content.text }),
      attachments: note.content.attachments.map((file) => ({ ...file })),
      created_on: formatDateTime(note.createdAt),
      author_name: name,
      author_name_customised: false,
      ...(note.authorId === null ? {} : { author: { id: note.authorId, name } }),
    }
  })
}
