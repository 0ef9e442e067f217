export { addTasks } from './add-tasks.ts'
export { presentTask, presentVariant } from './present.ts'
export { deleteTasks, selectTasks, type TaskRow } from './queries.ts'
export { routes } from './routes.ts'
