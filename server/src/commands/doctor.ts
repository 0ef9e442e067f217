import type { Settings } from '../settings.ts'
import { type CommandInput, print, table } from './command.ts'
import type { Check, Verdict } from './doctor-check.ts'
import { checkDatabase } from './doctor-database.ts'
import { checkHome } from './doctor-home.ts'

/** A setting as it is shown: its value, unless it is secret, and where it came from. */
interface Shown {
  readonly name: string
  readonly value: string
  readonly from: string
}

/**
 * `drawbridge doctor`: the settings in force and where each came from, and what is wrong with the installation and
 * what to do. Changes nothing, and may run while the platform serves. Exit code 1 when a check failed.
 */
export async function doctor(input: CommandInput): Promise<number> {
  const { settings, flags } = input
  const shown = shownSettings(settings)
  const checks = [...(await checkHome(settings, flags.backups)), ...(await checkDatabase(settings))]
  print(input, { settings: shown, checks }, () => `${settingsTable(shown)}\n${checks.map(describe).join('')}`)
  return checks.some((check) => check.verdict === 'failed') ? 1 : 0
}

/** The settings without their secrets. */
export function shownSettings(settings: Settings): readonly Shown[] {
  const { storage, sources } = settings
  const given = (value: string | undefined) => (value === undefined ? 'not set' : 'set, not shown')
  const values: Record<string, string> = {
    home: settings.home,
    port: String(settings.port),
    host: settings.host,
    role: settings.role,
    database: settings.databaseUrl === undefined ? 'embedded' : withoutPassword(settings.databaseUrl),
    'pool-size': String(settings.poolSize),
    'migration-share': String(settings.migrationShare),
    'allow-networks': settings.allowNetworks.join(', ') || 'none',
    storage: storage.kind === 'disk' ? storage.directory : `bucket ${storage.bucket} at ${storage.endpoint}`,
    kek: given(settings.kek),
    'kek-file': settings.kekFile ?? 'HOME/secrets/kek',
    'log-level': settings.logLevel,
    institution: settings.institution,
  }
  return Object.entries(values).map(([name, value]) => ({ name, value, from: sources[name] ?? 'default' }))
}

function withoutPassword(text: string): string {
  if (!URL.canParse(text)) return 'not an address'
  const { protocol, username, host, pathname } = new URL(text)
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`
}

function settingsTable(shown: readonly Shown[]): string {
  return table(
    ['setting', 'value', 'from'],
    shown.map(({ name, value, from }) => [name, value, from]),
  )
}

const signs: Readonly<Record<Verdict, string>> = { ok: 'ok', warning: 'WARN', failed: 'FAIL', unknown: '-' }

function describe({ name, verdict, found, remedy }: Check): string {
  const line = `${signs[verdict].padEnd(5)} ${name.padEnd(19)} ${found}\n`
  return remedy === undefined ? line : `${line}${' '.repeat(26)}${remedy}\n`
}
