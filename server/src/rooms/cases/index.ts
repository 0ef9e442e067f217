export { jobs } from './jobs.ts'
export { reactions } from './reactions.ts'
export { settleDue } from './settle-due.ts'
