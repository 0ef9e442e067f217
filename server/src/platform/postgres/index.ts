/** The door of the database's process side: the embedded server, roles and databases, migrations. */
export { assertAppRole } from './app-role.ts'
export type { PostgresConnection } from './lease.ts'
export { migrate } from './migrate.ts'
export { type Migration, readMigrations, schemaIsCurrent } from './migrations.ts'
export { type PrepareDatabaseOptions, type PreparedDatabase, prepareDatabase } from './prepare-database.ts'
export { DatabaseRefusal } from './refusal.ts'
export { withClient } from './roles.ts'
export {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  startEmbedded,
} from './supervisor.ts'
