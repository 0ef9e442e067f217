import { AddNote, ListNotes, RemoveNote } from '@drawbridge/schema/note.ts'
import { CreateTask, GetTask, ListTasks, SetTaskExpiry, SetTaskState } from '@drawbridge/schema/task.ts'
import { bind } from '../../platform/http/index.ts'
import { addNote } from './add-note.ts'
import { createTask } from './create-task.ts'
import { getTask, showTask } from './get-task.ts'
import { listNotes } from './list-notes.ts'
import { listTasks } from './list-tasks.ts'
import { removeNote } from './remove-note.ts'
import { setTaskExpiry } from './set-task-expiry.ts'
import { setTaskState } from './set-task-state.ts'
import { showNote } from './show-note.ts'

export const routes = [
  bind(ListTasks, listTasks),
  bind(CreateTask, createTask, showTask),
  bind(GetTask, getTask),
  bind(SetTaskState, setTaskState, showTask),
  bind(SetTaskExpiry, setTaskExpiry, showTask),
  bind(ListNotes, listNotes),
  bind(AddNote, addNote, showNote),
  bind(RemoveNote, removeNote, async () => ({})),
]
