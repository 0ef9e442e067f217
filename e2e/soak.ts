import { execFile } from 'node:child_process'
import { parseArgs, promisify } from 'node:util'
import { type CaseSoakResult, soakCases } from './soak/case-soak.ts'
import { type DefenceMode, defenceModes } from './soak/judge.ts'
import { type SoakResult, soakMigration } from './soak/kill-soak.ts'

const usage = `npm run soak -- migrate-kill [--seed N] [--clients 3000] [--kills 60]
    [--defences ${defenceModes.join('|')}] [--documents 0.1] [--settle SECONDS] [--json]

Migrates a generated bank while server, migration and PostgreSQL are killed at random moments, and counts what
came of it. With one defence alone nothing may be duplicated either; with none, duplicates must appear.

npm run soak -- case-kill [--seed N] [--cases 500] [--kills 40] [--json]

Onboards people while server and PostgreSQL are killed at random moments: every check ends once, no case is stuck, no
task is completed twice.`

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
      cases: { type: 'string', default: '500' },
      kills: { type: 'string' },
      defences: { type: 'string', default: 'all' },
      documents: { type: 'string', default: '0.1' },
      settle: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  })
  const [name] = positionals
  const run = name === undefined ? undefined : soaks[name]?.(values)
  if (run === undefined) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  const { result, words } = await run
  const commit = await commitNow()
  const end = result.faults.length === 0 ? 'As it must be' : `NOT as it must be: ${result.faults.join('; ')}`
  if (!values.json) process.stderr.write(`${words}\n${end}\n`)
  process.stdout.write(`${JSON.stringify({ soak: name, commit, ...result })}\n`)
  return result.faults.length === 0 ? 0 : 1
}

interface Values {
  readonly seed: string
  readonly clients?: string
  readonly cases: string
  readonly kills?: string
  readonly defences: string
  readonly documents: string
  readonly settle: string
}

interface Told {
  readonly result: SoakResult | CaseSoakResult
  readonly words: string
}

const say = (line: string) => process.stderr.write(`${line}\n`)

/** What each soak does with what was asked; undefined when that is nothing it knows. */
const soaks: Readonly<Record<string, (values: Values) => Promise<Told> | undefined>> = {
  'migrate-kill': (values) => {
    const defences = defenceModes.find((mode) => mode === values.defences)
    return defences && soakMigrate(values, defences)
  },
  'case-kill': async ({ seed, cases, kills = '40' }) => {
    const plan = { seed: Number(seed), cases: Number(cases), kills: Number(kills), say }
    const result = await soakCases(plan)
    const words = `${result.profiles} cases with ${result.checks} checks through ${result.kills} kills in ${result.seconds} s: ${result.stuck} stuck, ${result.checks_ended_twice} checks ended twice, ${result.tasks_completed_twice} tasks completed twice`
    return { result, words }
  },
}

async function soakMigrate(values: Values, defences: DefenceMode): Promise<Told> {
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
    say,
  })
  return { result, words: inWords(result) }
}

async function commitNow(): Promise<string | null> {
  const run = promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname })
  return run.then(
    ({ stdout }) => stdout.trim(),
    () => null,
  )
}

function inWords(result: SoakResult): string {
  const { kills, clients, lost, duplicated, different, strays, seconds } = result
  return (
    `${clients} clients through ${kills} kills in ${seconds} s: ${lost} lost, ${duplicated} duplicated, ` +
    `${different} different, ${strays} strays`
  )
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 1
})
