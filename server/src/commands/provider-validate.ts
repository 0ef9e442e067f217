import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import type { ValidationCheck } from '@drawbridge/schema/provider.ts'
import { z } from 'zod'
import { createLogger } from '../platform/log.ts'
import { createGuardedFetch } from '../platform/net/index.ts'
import { validateIntegration } from '../provider-kit/validate-integration.ts'
import { type CommandInput, print, table, UsageRefusal } from './command.ts'
import { CommandRefusal } from './refusal.ts'

const usage =
  'drawbridge provider validate URL --secret-file FILE|- [--credentials-file FILE|-] [--config-file FILE|-] [--json]'
const LOOPBACK = ['127.0.0.0/8', '::1/128']

const Credentials = z.record(z.string(), z.string())
const Config = z.record(z.string(), z.unknown())

/**
 * `drawbridge provider validate URL`: asks an integration everything that the platform asks before it uses one, and
 * prints what was wanted and what was found. 0 when no check failed, else 1. It needs no installation. Private
 * networks are reached as `--allow-networks` says, the loopback always.
 */
export async function providerValidate(input: CommandInput): Promise<number> {
  const url = input.words[1]
  if (url === undefined) throw new UsageRefusal(`Say where the integration is\n${usage}`)
  if (URL.parse(url) === null) throw new UsageRefusal(`"${url}" is not a URL\n${usage}`)
  const { secret, credentials, config } = await readFiles(input)
  const { guardedFetch: fetch } = createGuardedFetch({
    allowNetworks: [...LOOPBACK, ...input.settings.allowNetworks],
    allowHttp: true,
    log: createLogger({ level: 'silent' }),
  })
  const report = await refusing('The shared secret cannot be used', () =>
    validateIntegration({ url, secret, credentials, config, fetch }),
  )
  print(input, { passed: report.passed, checks: report.checks }, () => validationWords(report.checks))
  return report.passed ? 0 : 1
}

async function readFiles({ flags }: CommandInput) {
  const secretFile = flags['secret-file']
  if (secretFile === undefined)
    throw new UsageRefusal(`--secret-file says where the shared secret is\n${usage}`)
  const files = [secretFile, flags['credentials-file'], flags['config-file']]
  if (files.filter((file) => file === '-').length > 1)
    throw new UsageRefusal('Standard input can be only one of the files')
  const read = async (name: string, schema: z.ZodType<Record<string, unknown>>) => {
    const file = flags[name]
    if (file === undefined) return {}
    const parsed = schema.safeParse(jsonOf(await textOf(file), file))
    if (parsed.success) return parsed.data
    throw new CommandRefusal(`--${name}: ${file} must hold a JSON object of values by the name of the field`)
  }
  const secret = (await textOf(secretFile)).trim()
  const credentials = Credentials.parse(await read('credentials-file', Credentials))
  return { secret, credentials, config: await read('config-file', Config) }
}

async function textOf(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin)
  return refusing(`${file} cannot be read`, () => readFile(file, 'utf8'))
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandRefusal(`${file} holds no JSON`)
  }
}

async function refusing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new CommandRefusal(`${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The report as a table, with what failed again at the end, where a person looks first. */
export function validationWords(checks: readonly ValidationCheck[]): string {
  const rows = checks.map(({ name, outcome, wanted, found }) => [outcome.toLowerCase(), name, wanted, found])
  const count = (outcome: ValidationCheck['outcome']) =>
    checks.filter((check) => check.outcome === outcome).length
  const failures = checks
    .filter(({ outcome }) => outcome === 'FAILED')
    .map(({ name, wanted, found }) => `FAILED ${name}\n  wanted: ${wanted}\n  found:  ${found}\n`)
  const sum = `${count('PASSED')} passed, ${count('WARNED')} warned, ${count('SKIPPED')} skipped, ${count('FAILED')} failed\n`
  return [table(['outcome', 'check', 'wanted', 'found'], rows), '\n', ...failures, sum].join('')
}
