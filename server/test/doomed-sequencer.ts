import type { ClientConfig } from 'pg'
import { createPool } from '../src/platform/db/index.ts'
import { sequence } from '../src/platform/ledger/index.ts'

/** For the kill test: runs the sequencer and dies by SIGKILL once so many statements were answered. */
const settings: { config: ClientConfig; statements: number } = JSON.parse(process.argv[2] ?? '')
const pool = createPool({ ...settings.config, max: 1 }, () => undefined)
let left = settings.statements

pool.on('connect', (client) => {
  const query = client.query.bind(client)
  const counted = async (...values: Parameters<typeof query>) => {
    const result = await query(...values)
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
    return result
  }
  Object.assign(client, { query: counted })
})

await sequence(pool)
await pool.end()
