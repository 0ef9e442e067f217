import { z } from 'zod'
import { MinimalFileResource } from './file.ts'
import { operation } from './operation.ts'
import { DateTime, EmptyReply, Uuid } from './scalars.ts'

/** A note on a task, with the files attached to it. */
export const NoteResource = z
  .object({
    id: Uuid,
    text: z.string().optional(),
    attachments: z.array(MinimalFileResource).optional(),
    created_on: DateTime,
    author_name: z.string().optional(),
    author_name_customised: z.boolean().optional(),
    author: z.object({ id: Uuid, name: z.string() }).optional(),
  })
  .meta({ id: 'NoteResource' })
export type NoteResource = z.infer<typeof NoteResource>

/** A note to add: text, files of the profile, or both. */
export const NewNote = z
  .object({
    text: z.string().max(10_000).optional(),
    attachments: z.array(MinimalFileResource).max(100).optional(),
  })
  .refine((note) => (note.text ?? '') !== '' || (note.attachments ?? []).length > 0, {
    message: 'must be there, unless there are `attachments`',
    path: ['text'],
  })
export type NewNote = z.infer<typeof NewNote>

const ofTask = z.object({ profile_id: Uuid, task_id: Uuid })

export const ListNotes = operation({
  name: 'ListNotes',
  summary: 'Lists the notes on a task',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/tasks/{task_id}/notes',
  may: 'READ_PROFILE',
  params: ofTask,
  output: z.array(NoteResource),
})

export const AddNote = operation({
  name: 'AddNote',
  summary: 'Adds a note to a task',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/tasks/{task_id}/notes',
  may: 'CREATE_TASK_NOTE',
  params: ofTask,
  body: NewNote,
  output: NoteResource,
})

export const RemoveNote = operation({
  name: 'RemoveNote',
  summary: 'Removes a note from a task; the audit keeps it',
  method: 'DELETE',
  path: '/4.0/profiles/{profile_id}/tasks/{task_id}/notes/{note_id}',
  may: 'DELETE_TASK_NOTE',
  params: z.object({ profile_id: Uuid, task_id: Uuid, note_id: Uuid }),
  output: EmptyReply,
})
