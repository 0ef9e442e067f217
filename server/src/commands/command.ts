import { openPlatform, type Platform } from '../open-platform.ts'
import { plainQuery } from '../platform/account-transaction.ts'
import { createLogger } from '../platform/log.ts'
import { type Opening, thePlatform } from '../platform/scope.ts'
import { selectAccounts } from '../rooms/accounts/index.ts'
import type { Settings } from '../settings.ts'
import { requireInstallation } from './installation.ts'
import { CommandRefusal } from './refusal.ts'

/** What a sub-command was called with. */
export interface CommandInput {
  readonly settings: Settings
  readonly words: readonly string[]
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly json: boolean
  /** The flags without a value that were given, such as `yes`. */
  readonly switches: ReadonlySet<string>
}

/** The command was called in a way it does not know; the message says how it is called. Exit code 2. */
export class UsageRefusal extends Error {}

/** Opens the installation for one command and leaves it again. */
export async function withPlatform<R>(
  settings: Settings,
  work: (platform: Platform) => Promise<R>,
): Promise<R> {
  const platform = await openPlatform(settings, createLogger({ level: 'silent' }))
  try {
    return await work(platform)
  } finally {
    await platform.close()
  }
}

/** Runs a command in the environment that `--environment` names, demo when absent. */
export async function inEnvironment(
  input: CommandInput,
  work: (platform: Platform, opening: Opening) => Promise<number>,
): Promise<number> {
  const environment = input.flags.environment ?? 'demo'
  if (environment !== 'demo' && environment !== 'live')
    throw new UsageRefusal(`--environment is "${environment}"; it must be demo or live`)
  await requireInstallation(input.settings)
  return withPlatform(input.settings, async (platform) => {
    const accounts = await selectAccounts(plainQuery(platform.engine.pool))
    const account = accounts.find((candidate) => candidate.environment === environment)
    if (!account)
      throw new CommandRefusal(
        `There is no ${environment} environment yet: start the platform once with drawbridge serve`,
      )
    return work(platform, { accountId: account.accountId, actor: thePlatform })
  })
}

/** Prints a result on standard output: as JSON when asked for, else in words. */
export function print(input: CommandInput, value: unknown, words: () => string): void {
  process.stdout.write(input.json ? `${JSON.stringify(value, null, 2)}\n` : words())
}

/** Columns padded to their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows]
  const widths = head.map((_name, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines
    .map(
      (line) =>
        `${widths
          .map((width, column) => (line[column] ?? '').padEnd(width))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}
