export { presentSteps } from './present.ts'
export { deleteSteps, openStepCount } from './queries.ts'
export { reactions } from './reactions.ts'
export { routes } from './routes.ts'
