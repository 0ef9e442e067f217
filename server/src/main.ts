import { parseArgs } from 'node:util'
import { audit } from './commands/audit.ts'
import { backup } from './commands/backup.ts'
import { type CommandInput, UsageRefusal } from './commands/command.ts'
import { doctor } from './commands/doctor.ts'
import { environment } from './commands/environment.ts'
import { keyEncryption } from './commands/key-encryption.ts'
import { keys } from './commands/keys.ts'
import { policy } from './commands/policy.ts'
import { provider } from './commands/provider.ts'
import { CommandRefusal } from './commands/refusal.ts'
import { rescreen } from './commands/rescreen.ts'
import { restore } from './commands/restore.ts'
import { serve } from './commands/serve.ts'
import { Fault } from './platform/fault.ts'
import { DatabaseRefusal } from './platform/postgres/index.ts'
import { readSettings, SettingRefusal } from './settings.ts'

const commands: Readonly<Record<string, (input: CommandInput) => Promise<number>>> = {
  serve: (input) => serve(input.settings),
  keys,
  environment,
  policy,
  audit,
  backup,
  restore,
  doctor,
  'key-encryption': keyEncryption,
  provider,
  rescreen,
}

const flagNames = [
  'home',
  'port',
  'host',
  'role',
  'database-url',
  'pool-size',
  'migration-share',
  'allow-networks',
  'kek-file',
  'log-level',
  'institution',
  's3-bucket',
  's3-endpoint',
  's3-region',
  's3-prefix',
  'environment',
  'name',
  'class',
  'valid-from',
  'max-in-flight',
  'checkpoints',
  'to',
  'from',
  'erasures',
  'max-days',
  'backups',
  'reason',
  'until',
  'url',
  'check-type',
  'relationship',
  'secret-file',
  'credentials-file',
  'config-file',
  'limits-url',
  'disabled',
  'platform-url',
  'product',
  'policy',
  'tag',
  'per-minute',
]

const switchNames = ['json', 'debug', 'allow-old', 'yes', 'draft']

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args)
  const [name = '', ...words] = positionals
  const command = commands[name]
  if (!command)
    throw new UsageRefusal(`There is no command ${name}; there are ${Object.keys(commands).join(', ')}`)
  const given: Readonly<Record<string, unknown>> = values
  const flags = Object.fromEntries(Object.entries(given).filter(([, value]) => typeof value === 'string'))
  const switches = new Set(switchNames.filter((flag) => given[flag] === true))
  const settings = readSettings(flags as CommandInput['flags'], process.env)
  const input = {
    settings,
    words,
    flags: flags as CommandInput['flags'],
    json: switches.has('json'),
    switches,
  }
  return command(input)
}

function readArguments(args: readonly string[]) {
  const texts = flagNames.map((flag) => [flag, { type: 'string' as const }])
  const switches = switchNames.map((flag) => [flag, { type: 'boolean' as const }])
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries([...texts, ...switches]),
    })
  } catch (error) {
    throw new UsageRefusal(error instanceof Error ? error.message : String(error))
  }
}

function report(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`${message}\n`)
  const known = [UsageRefusal, CommandRefusal, SettingRefusal, DatabaseRefusal, Fault].some(
    (kind) => error instanceof kind,
  )
  if (!known || process.argv.includes('--debug'))
    process.stderr.write(
      error instanceof Error && process.argv.includes('--debug')
        ? `${error.stack}\n`
        : '(--debug shows where)\n',
    )
  if (error instanceof CommandRefusal) return error.exitCode
  return error instanceof UsageRefusal || error instanceof SettingRefusal ? 2 : 1
}

process.exitCode = await main(process.argv.slice(2)).catch(report)
