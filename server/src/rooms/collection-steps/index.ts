export { presentSteps } from './present.ts'
export { deleteSteps, openStepCount } from './queries.ts'
