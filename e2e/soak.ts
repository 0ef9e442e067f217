import { execFile } from 'node:child_process'
import { parseArgs, promisify } from 'node:util'
import { type DefenceMode, defenceModes } from './soak/judge.ts'
import { type SoakResult, soakMigration } from './soak/kill-soak.ts'

const usage = `npm run soak -- migrate-kill [--seed N] [--clients 3000] [--kills 60]
    [--defences ${defenceModes.join('|')}] [--documents 0.1] [--settle SECONDS] [--json]

Migrates a generated bank while server, migration and PostgreSQL are killed at random moments, and counts what
came of it. With one defence alone nothing may be duplicated either; with none, duplicates must appear.`

/** With a defence off much is done again after each kill: fewer clients and kills show the same. */
const standard: Record<DefenceMode, { clients: number; kills: number }> = {
  all: { clients: 3_000, kills: 60 },
  key: { clients: 600, kills: 24 },
  ledger: { clients: 600, kills: 24 },
  unique: { clients: 600, kills: 24 },
  none: { clients: 300, kills: 12 },
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      clients: { type: 'string' },
      kills: { type: 'string' },
      defences: { type: 'string', default: 'all' },
      documents: { type: 'string', default: '0.1' },
      settle: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  })
  const defences = defenceModes.find((mode) => mode === values.defences)
  if (positionals[0] !== 'migrate-kill' || defences === undefined) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  const result = await soakMigration({
    seed: Number(values.seed),
    clients: Number(values.clients ?? standard[defences].clients),
    kills: Number(values.kills ?? standard[defences].kills),
    documentShare: Number(values.documents),
    defences,
    ramp: [
      { after: 0, workers: 1 },
      { after: 100, workers: 3 },
      { after: 300, workers: 5 },
    ],
    settleMs: Number(values.settle) * 1_000,
    say: (line) => process.stderr.write(`${line}\n`),
  })
  const commit = await commitNow()
  if (!values.json) process.stderr.write(inWords(result))
  process.stdout.write(`${JSON.stringify({ soak: 'migrate-kill', commit, ...result })}\n`)
  return result.faults.length === 0 ? 0 : 1
}

async function commitNow(): Promise<string | null> {
  const run = promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname })
  return run.then(
    ({ stdout }) => stdout.trim(),
    () => null,
  )
}

function inWords(result: SoakResult): string {
  const { kills, clients, lost, duplicated, different, strays, faults, seconds } = result
  return (
    `${clients} clients through ${kills} kills in ${seconds} s: ${lost} lost, ${duplicated} duplicated, ` +
    `${different} different, ${strays} strays\n${faults.length === 0 ? 'As it must be' : `NOT as it must be: ${faults.join('; ')}`}\n`
  )
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 1
})
