import { join } from 'node:path'
import { ensureInstitution, type FirstStartPlatform } from '../src/first-start.ts'
import { createPool } from '../src/platform/db/index.ts'
import { createJsonPool } from '../src/platform/json/index.ts'
import { createLogger } from '../src/platform/log.ts'
import { createStorage } from '../src/platform/storage/index.ts'
import { createVault, localKeyEncryption } from '../src/platform/vault/index.ts'
import { readSettings } from '../src/settings.ts'

// A process of its own for tests that kill one: `HOME CONFIGS POINT` makes a first start on a database and dies
// when it reaches the point, or ends in good order when it never does.
const [home = '', configs = '{}', point = ''] = process.argv.slice(2)
const { app, owner } = JSON.parse(configs)
const none = () => Promise.reject(new Error('not in this process'))
const pool = createPool({ ...app, max: 3 }, () => undefined)
const json = createJsonPool()
const platform: FirstStartPlatform = {
  settings: readSettings({ home }, {}),
  owner,
  engine: {
    pool,
    vault: createVault(localKeyEncryption([Buffer.alloc(32, 9)])),
    log: createLogger({ level: 'silent' }),
    json,
    storage: await createStorage({ kind: 'disk', directory: join(home, 'files') }, none),
    inspectFile: none,
    outbound: { guardedFetch: none, assertAllowedUrl: none },
    reactions: [],
    clockOffsetMs: () => 0,
  },
}
await ensureInstitution(platform, 'http://127.0.0.1:4000', 'http://127.0.0.1:4001', (reached) => {
  if (reached === point) process.kill(process.pid, 'SIGKILL')
})
await json.close()
await pool.end()
