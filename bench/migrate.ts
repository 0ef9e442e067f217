import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from '@drawbridge/legacy-bank/generate.ts'
import { type Ended, runEngine, runProcess } from './engine-process.ts'
import { type BenchOptions, OptionRefusal } from './options.ts'
import type { Figure, Result } from './result.ts'
import { type BenchServer, startBenchServer } from './server-process.ts'

interface Part {
  readonly figures: readonly Figure[]
  readonly details: Readonly<Record<string, unknown>>
}

const memoryWanted = { most: 256 }
const parts: Readonly<Record<string, (options: BenchOptions) => Promise<Part>>> = {
  run: measureRun,
  rows: measureRows,
  resume: measureResume,
}

/**
 * The migration engine as a process: how well it uses its five slots against a real server, how fast it checks, what
 * memory it needs for many rows, and how soon it goes on with a long ledger. `--only run|rows|resume` takes one part.
 */
export async function migrate(options: BenchOptions): Promise<Result> {
  const only = options.text('only')
  if (only !== undefined && !Object.hasOwn(parts, only))
    throw new OptionRefusal(`--only is ${only}; it may be ${Object.keys(parts).join(', ')}`)
  const figures: Figure[] = []
  const details: Record<string, unknown> = {}
  for (const [name, measure] of Object.entries(parts)) {
    if (only !== undefined && only !== name) continue
    const part = await measure(options)
    figures.push(...part.figures)
    Object.assign(details, { [name]: part.details })
  }
  return { name: 'migrate', settings: { only: only ?? 'all' }, figures, details }
}

/** Migrates a bank with five workers from the start, since the ramp is there to be slow. */
async function measureRun(options: BenchOptions): Promise<Part> {
  const clients = options.number('clients', 1_500)
  return withProject(clients, async (directory) => {
    expectExit(await runEngine(['check', directory, '--json']), [0, 3])
    const ended = await runEngine(['run', directory, '--json', '--ramp', '0:5'])
    expectExit(ended, [0, 3])
    const result = JSON.parse(ended.output)
    return {
      figures: [
        { name: 'migrated', value: result.clients.complete / ended.seconds, unit: 'clients/s' },
        { name: 'slots busy', value: result.slotsBusy * 100, unit: '%', wanted: { least: 90 } },
        { name: 'calls for each needed', value: result.callsPerNeeded, unit: '', wanted: { most: 1.02 } },
        {
          name: `engine memory, ${clients} clients`,
          value: ended.memoryMb,
          unit: 'MB',
          wanted: memoryWanted,
        },
      ],
      details: { clients: result.clients, counts: result.counts, seconds: ended.seconds },
    }
  })
}

/** Checks a large export, then runs it for a while: what the engine keeps in memory does not grow with the rows. */
async function measureRows(options: BenchOptions): Promise<Part> {
  const rows = options.number('rows', 100_000)
  return withProject(rows, async (directory) => {
    const checked = await runEngine(['check', directory, '--json'])
    expectExit(checked, [0, 3])
    const { sources } = JSON.parse(checked.output) as { sources: { rows: number }[] }
    const read = sources.reduce((sum, source) => sum + source.rows, 0)
    const ran = await runEngine(['run', directory, '--json', '--ramp', '0:5'], 20_000)
    expectExit(ran, [130])
    const of = `${rows.toLocaleString('en')} clients`
    return {
      figures: [
        { name: `check, ${of}`, value: read / checked.seconds, unit: 'rows/s', wanted: { least: 20_000 } },
        { name: `memory of check, ${of}`, value: checked.memoryMb, unit: 'MB', wanted: memoryWanted },
        {
          name: `memory of the first 20 s of a run, ${of}`,
          value: ran.memoryMb,
          unit: 'MB',
          wanted: memoryWanted,
        },
      ],
      details: { rows: read, check_seconds: checked.seconds },
    }
  })
}

/** Opens a ledger whose writer was killed, in a fresh process. */
async function measureResume(options: BenchOptions): Promise<Part> {
  const lines = options.number('lines', 1_000_000)
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-bench-'))
  try {
    const script = (name: string) => [join(import.meta.dirname, name), '--directory', directory]
    const written = await runProcess([...script('write-ledger.ts'), '--lines', String(lines)])
    if (written.output.trim() === '') throw new Error('The ledger could not be written')
    const opened = await runProcess(script('open-ledger.ts'))
    expectExit(opened, [0])
    const found = JSON.parse(opened.output)
    if (found.lines < lines) throw new Error(`The ledger has ${found.lines} lines, not ${lines}`)
    const of = `${lines.toLocaleString('en')} lines`
    return {
      figures: [
        { name: `resume, ${of}`, value: found.seconds, unit: 's', wanted: { most: 10 } },
        { name: `memory of resume, ${of}`, value: opened.memoryMb, unit: 'MB', wanted: memoryWanted },
        { name: 'ledger written', value: lines / written.seconds, unit: 'lines/s' },
      ],
      details: found,
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** A project directory with an export of so many clients, and a server to migrate them into. */
async function withProject(clients: number, work: (directory: string) => Promise<Part>): Promise<Part> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-bench-'))
  let server: BenchServer | undefined
  try {
    await generate({ directory, clients, seed: 1, documentShare: Math.min(0.3, 600 / clients) })
    server = await startBenchServer({ poolSize: 12 })
    const example = join(import.meta.dirname, '..', 'examples', 'legacy-bank', 'migration.yaml')
    const settings = (await readFile(example, 'utf8'))
      .replace(/^ {2}url: .*$/m, `  url: ${server.url}`)
      .replace(/^ {2}apikey_file: .*$/m, `  apikey_file: ${join(server.home, 'credentials.json')}`)
    await writeFile(join(directory, 'migration.yaml'), settings)
    return await work(directory)
  } finally {
    await server?.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

function expectExit(ended: Ended, wanted: readonly number[]): void {
  if (ended.exitCode !== null && wanted.includes(ended.exitCode)) return
  throw new Error(`The engine ended with ${ended.exitCode}: ${ended.output.slice(0, 500)}`)
}
