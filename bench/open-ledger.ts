import { parseArgs } from 'node:util'
import { openLedger } from '@drawbridge/migrate'

// `node open-ledger.ts --directory DIR`: opens a ledger as a second start does and says how long it took.
const { values } = parseArgs({ options: { directory: { type: 'string' } } })
const started = performance.now()
const ledger = openLedger({ workDirectory: values.directory ?? '', binding: null, now: Date.now })
const seconds = (performance.now() - started) / 1000
process.stdout.write(
  `${JSON.stringify({ seconds, lines: ledger.index.mark.n, replayed: ledger.replayed })}\n`,
)
await ledger.close()
