export { presentEvents } from './present.ts'
export { deleteEvents, type EventRow, selectEvents } from './queries.ts'
