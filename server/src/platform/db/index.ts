export { preparedQuery, type Query } from './connection.ts'
export { databaseFault, isLockTimeout, isLostConnection, isRetryable, isTaken } from './database-errors.ts'
export { Pipeline } from './pipeline.ts'
export { createPool } from './pool.ts'
