// `npm run demo`: starts the platform, migrates the example bank into its demo environment, shows cases that decide
// themselves, and keeps serving.
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { laterMatch, migratedClients, steeredProfiles } from './demo-cases.ts'
import type { Platform } from './demo-platform.ts'
import { drawbridge, freePort, root, run, type Server, say, startServer, stop } from './demo-server.ts'

const usage = `npm run demo -- [--clients N] [--port N] [--directory DIR] [--fresh] [--exit]

Starts the platform on its embedded database, migrates an example bank of 2,000 clients into the demo
environment, proves it complete, screens and watches everybody, shows what the words in the names of a few
others do, and keeps serving. Started again, it goes on with what is there.

  --exit       end after the report
  --fresh      begin again with an empty installation
  --clients    how many clients the bank has (2000)
  --port       where to serve (4000, or the next free port)
  --directory  where everything is kept (.drawbridge/demo in the clone)
`

interface Demo {
  readonly clients: number
  readonly port: number | undefined
  readonly directory: string
  readonly fresh: boolean
  readonly exit: boolean
}

function readDemo(): Demo | undefined {
  const { values } = parseArgs({
    options: {
      clients: { type: 'string', default: '2000' },
      port: { type: 'string' },
      directory: { type: 'string', default: join(root, '.drawbridge', 'demo') },
      fresh: { type: 'boolean', default: false },
      exit: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { clients, port, directory, fresh, exit } = values
  return {
    clients: Number(clients),
    port: port === undefined ? undefined : Number(port),
    directory,
    fresh,
    exit,
  }
}

/** The migration's own key (R42), issued once and kept beside the project. */
async function migrationKey(home: string, project: string): Promise<string> {
  const path = join(project, 'migration.key')
  if (!existsSync(path)) {
    const issued = await run(
      [drawbridge, 'keys', 'issue', '--home', home, '--name', 'Migration', '--class', 'migration', '--json'],
      'keep',
    )
    const { apikey } = JSON.parse(issued) as { apikey: string }
    await writeFile(path, `${apikey}\n`, { mode: 0o600 })
  }
  return path
}

async function makeProject(demo: Demo, home: string, url: string): Promise<string> {
  const project = join(demo.directory, 'old-mill-bank')
  if (!existsSync(join(project, 'expected.json'))) {
    say(`Making the export of a bank with ${demo.clients} clients in ${project}`)
    await rm(project, { recursive: true, force: true })
    const generator = join(root, 'examples', 'legacy-bank', 'generate.ts')
    await run([generator, '--clients', String(demo.clients), '--seed', '1', '--out', project], 'keep')
  }
  await migrationKey(home, project)
  const template = await readFile(join(root, 'examples', 'legacy-bank', 'migration.yaml'), 'utf8')
  const settings = template
    .replace('http://127.0.0.1:4000', url)
    .replace('apikey_file: credentials.json', 'apikey_file: migration.key')
  await writeFile(join(project, 'migration.yaml'), settings, { mode: 0o600 })
  return project
}

/** What the comparison of target and source counted. */
interface Outcome {
  readonly lost: number
  readonly duplicated: number
  readonly different: number
}

async function migrate(project: string): Promise<Outcome> {
  say('\nChecking every row before anything is sent')
  await run([drawbridge, 'migrate', 'check', project])
  say('\nMigrating: one client at a time, then three, then five')
  await run([drawbridge, 'migrate', 'run', project])
  say('\nComparing every client with the source')
  await run([drawbridge, 'migrate', 'reconcile', project])
  await run([drawbridge, 'migrate', 'report', project], 'keep')
  return JSON.parse(await readFile(join(project, 'work', 'results', 'reconcile.json'), 'utf8')) as Outcome
}

/** What became of the migrated clients, and of those whose names steer the demo provider. */
async function showCases(platform: Platform, project: string): Promise<void> {
  const expected = JSON.parse(await readFile(join(project, 'expected.json'), 'utf8')) as {
    clean: { clients: number }
  }
  say('\nWaiting until every migrated client is screened and watched')
  process.stdout.write(`\n${await migratedClients(platform, expected.clean.clients)}\n`)
  say('\nOnboarding a few whose names steer the demo provider')
  process.stdout.write(`\n${await steeredProfiles(platform)}\n`)
}

/** The master key of the demo environment. */
async function platformOf(home: string, url: string): Promise<Platform> {
  const keys = JSON.parse(await readFile(join(home, 'credentials.json'), 'utf8')) as {
    demo: { apikey: string }
  }
  return { url, apikey: keys.demo.apikey }
}

/** Serves until a signal; meanwhile monitoring finds what it was asked to find. */
async function keepServing(server: Server, platform: Platform): Promise<void> {
  say('\nThe platform keeps serving; Ctrl-C ends it.')
  const ending = new AbortController()
  process.once('SIGINT', () => server.process.kill('SIGTERM'))
  process.once('SIGTERM', () => server.process.kill('SIGTERM'))
  laterMatch(platform, ending.signal).then(say, () => undefined)
  await once(server.process, 'exit')
  ending.abort()
}

async function main(): Promise<number> {
  const demo = readDemo()
  if (!demo) {
    process.stdout.write(usage)
    return 0
  }
  if (demo.fresh) await rm(demo.directory, { recursive: true, force: true })
  await mkdir(demo.directory, { recursive: true, mode: 0o700 })
  const home = join(demo.directory, 'home')
  say('Starting the platform on its embedded PostgreSQL')
  const server = await startServer(home, await freePort(demo.port))
  try {
    const project = await makeProject(demo, home, server.url)
    const { lost, duplicated, different } = await migrate(project)
    const platform = await platformOf(home, server.url)
    await showCases(platform, project)
    process.stdout.write(
      [
        '',
        `Result     ${lost} lost, ${duplicated} duplicated, ${different} different`,
        `Address    ${server.url} (documentation at ${server.url}/docs)`,
        `API keys   ${join(home, 'credentials.json')}`,
        `Report     ${join(project, 'work', 'results', 'report.html')}`,
        '',
      ].join('\n'),
    )
    if (demo.exit) return lost + duplicated + different === 0 ? 0 : 1
    await keepServing(server, platform)
    return 0
  } finally {
    await stop(server)
  }
}

process.exitCode = await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error))
  return 1
})
