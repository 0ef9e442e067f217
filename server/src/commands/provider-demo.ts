import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { serveDemoIntegration, servedTypes } from '../demo-integration/index.ts'
import { createLogger } from '../platform/log.ts'
import { createGuardedFetch } from '../platform/net/index.ts'
import { type CommandInput, print, table, UsageRefusal } from './command.ts'
import { CommandRefusal } from './refusal.ts'

const PORT = 4100
const LOOPBACK = ['127.0.0.0/8', '::1/128']

const usage =
  'drawbridge provider demo --secret-file FILE|- [--port N] [--host ADDRESS] [--platform-url URL] [--allow-networks LIST]'

/**
 * `drawbridge provider demo`: serves the demo provider over the provider protocol until SIGTERM or SIGINT, one base
 * address for each check type. The file holds the shared secrets of its registrations, one a line, and may grow.
 */
export async function providerDemo(input: CommandInput): Promise<number> {
  const { flags, settings } = input
  const secrets = await secretsOf(flags['secret-file'])
  const { guardedFetch: fetch } = createGuardedFetch({
    allowNetworks: [...LOOPBACK, ...settings.allowNetworks],
    log: createLogger({ level: settings.logLevel }),
  })
  const platformUrl = flags['platform-url']
  const served = await serveDemoIntegration({
    port: readPort(flags.port),
    ...(flags.host !== undefined && { host: flags.host }),
    secrets,
    ...(platformUrl !== undefined && { platformUrl }),
    fetch,
  }).catch(refuseStart)
  const urls = Object.fromEntries(servedTypes.map((type) => [type, served.urlOf(type)]))
  print(input, { url: served.url, urls }, () => table(['check type', 'base address'], Object.entries(urls)))
  process.stderr.write(
    platformUrl === undefined
      ? 'Serving until it is stopped; no callbacks and no images without --platform-url\n'
      : `Serving until it is stopped; callbacks go to ${platformUrl}\n`,
  )
  await untilStopped()
  await served.stop()
  return 0
}

/** A reader of the secrets: a file is read again each time, so that a registration can be added while it serves. */
async function secretsOf(file: string | undefined): Promise<() => Promise<readonly string[]>> {
  if (file === undefined) throw new UsageRefusal(`--secret-file says where the shared secrets are\n${usage}`)
  if (file !== '-') return async () => secretsIn(await readFile(file, 'utf8').catch(refuseFile(file)), file)
  const given = secretsIn(await readAll(process.stdin), 'Standard input')
  return async () => given
}

/** One secret a line; lines that begin with `#` are left out. */
function secretsIn(text: string, name: string): readonly string[] {
  const secrets = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (secrets.length > 0) return secrets
  throw new CommandRefusal(`${name} holds no shared secret`)
}

function refuseFile(file: string) {
  return (error: NodeJS.ErrnoException) => {
    throw new CommandRefusal(`The secrets cannot be read from ${file}: ${error.code ?? error.message}`)
  }
}

function refuseStart(error: unknown): never {
  throw new CommandRefusal(error instanceof Error ? error.message : String(error))
}

function readPort(text: string | undefined): number {
  const port = text === undefined ? PORT : Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageRefusal(`--port is a whole number to 65535; 0 takes a free one\n${usage}`)
  return port
}

async function untilStopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  process.once('SIGTERM', resolve)
  process.once('SIGINT', resolve)
  return promise
}
