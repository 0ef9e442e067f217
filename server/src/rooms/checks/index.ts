export { type CheckOrder, instructCheck, releasePending } from './instruct-check.ts'
export { presentChecks, readOutput } from './present.ts'
export { type CheckRow, deleteChecks, selectChecks } from './queries.ts'
export { dispatchDue, runDispatcher } from './run-dispatcher.ts'
