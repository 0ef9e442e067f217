import type { AddNote } from '@drawbridge/schema/note.ts'
import type { Input } from '@drawbridge/schema/operation.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { selectFileIds } from '../files/index.ts'
import { lockProfile } from '../profile-root/index.ts'
import { findTask } from './find-task.ts'
import { insertNote } from './queries-notes.ts'

/** Adds a note to a task, with files of the profile. Raises `profile.unknown`, `task.unknown`, `file.unknown`. */
export async function addNote(scope: Scope, input: Input<typeof AddNote>) {
  const profile = await lockProfile(scope, input.profile_id)
  const task = await findTask(scope, profile, input.task_id)
  const attachments = (input.body.attachments ?? []).map((file) => ({ ...file, id: file.id.toLowerCase() }))
  const known = await selectFileIds(
    scope,
    profile.id,
    attachments.map((file) => file.id),
  )
  for (const [index, file] of attachments.entries())
    if (!known.has(file.id)) throw new Fault('file.unknown', { pointer: `/attachments/${index}/id` })
  const id = scope.newId()
  await insertNote(scope, profile, task.id, { id, content: { text: input.body.text, attachments } })
  const attachmentIds = attachments.map((file) => file.id)
  scope.record(
    { kind: 'note.added', payload: { note_id: id, task_id: task.id, attachment_ids: attachmentIds } },
    profile,
  )
  return { profile, taskId: task.id, noteId: id }
}
