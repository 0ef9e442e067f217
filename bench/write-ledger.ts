import { parseArgs } from 'node:util'
import { openLedger } from '@drawbridge/migrate'

/**
 * `node write-ledger.ts --directory DIR --lines N`: writes a migration's ledger by its own writer, as so many clients
 * with a profile and a tag each leave it, and is then killed as a power cut would.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { directory: { type: 'string' }, lines: { type: 'string' } } })
  const lines = Number(values.lines)
  const ledger = openLedger({ workDirectory: values.directory ?? '', binding: benchBinding, now: Date.now })
  const linesAClient = 5
  const clientsABatch = 1_000
  for (let first = 0; first * linesAClient < lines; first += clientsABatch) {
    const batch = Array.from({ length: clientsABatch }, (_, at) => linesOf(first + at))
    await ledger.append(...batch.flat())
  }
  process.stdout.write(`${ledger.index.mark.n}\n`, () => process.kill(process.pid, 'SIGKILL'))
}

const account = {
  institution_id: 'bench',
  institution: 'Bench',
  environment: 'demo',
  url: 'http://127.0.0.1',
}
const hash = 'ab'.repeat(32)
const benchBinding = { run: 'bench', source_sha256: hash, mapping_sha256: hash, account }

function linesOf(client: number): Parameters<ReturnType<typeof openLedger>['append']> {
  const ref = `C${String(client + 1).padStart(8, '0')}`
  const at = 1_700_000_000_000 + client
  const id = `00000000-0000-7000-8000-${String(client).padStart(12, '0')}`
  const effect = (op: string, name: string, done: object) => [
    { t: 'I' as const, at, op, ref, name, body_sha: hash, attempt: 1 },
    { t: 'D' as const, at, op, ref, name, how: 'sent' as const, ms: 12, ...done },
  ]
  return [
    ...effect('create', 'profile', { id }),
    ...effect('tag', 'tag migrated', {}),
    { t: 'F', at, position: client, ref, client: true, upto: client, state: 'complete' },
  ]
}

await main()
