export { answeredBy } from './answered-by.ts'
export { attachToTasks } from './attach-check.ts'
export { completeCheck } from './complete-check.ts'
export { variantOf } from './find-check.ts'
export { beginRun, type CheckOrder, hasPlace, instructCheck } from './instruct-check.ts'
export { presentChecks, readOutput } from './present.ts'
export {
  type CheckContent,
  type CheckRow,
  changeCheckRow,
  deleteChecks,
  readOpenContents,
  selectChecks,
  selectContents,
} from './queries.ts'
export {
  changeRunRow,
  type RunRow,
  selectLastRun,
  selectOpenRuns,
  wakeDispatchers,
} from './queries-runs.ts'
export { reactions } from './reactions.ts'
export { routes } from './routes.ts'
export { carryWorkClass } from './work-class.ts'
