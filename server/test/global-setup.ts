import { startTestPostgres } from './postgres.ts'

/** The global set-up of vitest: starts the server before the first test file and returns how to end its use. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startTestPostgres()
  return () => server.stop()
}
