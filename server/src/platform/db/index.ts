export { preparedQuery, type Query, run } from './connection.ts'
export { databaseFault, isLockTimeout, isLostConnection, isRetryable, isTaken } from './database-errors.ts'
export { Pipeline } from './pipeline.ts'
export { createPool } from './pool.ts'
