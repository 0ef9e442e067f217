import { writeSync } from 'node:fs'
import type { ClientConfig } from 'pg'
import { startWorker } from '../src/platform/jobs/index.ts'
import { silentLog } from '../src/platform/log-sentences.ts'

/** For the kill test: takes one job, says so, and never ends it. */
const config: ClientConfig = JSON.parse(process.argv[2] ?? '')

await startWorker({
  owner: config,
  concurrency: 1,
  handlers: {
    'long-work': async () => {
      writeSync(1, 'begun\n')
      await new Promise(() => setInterval(() => undefined, 1_000))
    },
  },
  signal: new AbortController().signal,
  log: silentLog,
})
