export { presentEvents } from './present.ts'
export { deleteEvents, type EventRow, selectEvents } from './queries.ts'
export { routes } from './routes.ts'
export { type MatchSource, takeMatches } from './take-matches.ts'
