export { eraseProfile } from './delete-profile.ts'
export { jobs, type ProfileJobEdges } from './jobs.ts'
export { reactions } from './reactions.ts'
export { routes } from './routes.ts'
