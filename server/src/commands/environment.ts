import { withScope } from '../platform/scope.ts'
import { changeSettings, type EnvironmentSettings, selectSettings } from '../rooms/accounts/index.ts'
import { type CommandInput, inEnvironment, print, UsageRefusal } from './command.ts'

type Changes = Partial<Omit<EnvironmentSettings, 'environment'>>

/** `drawbridge environment show|set`: the settings of the demo or live environment. */
export async function environment(input: CommandInput): Promise<number> {
  const [act, ...assignments] = input.words
  if (act !== 'show' && act !== 'set')
    throw new UsageRefusal(
      `There is no action ${act ?? ''}\ndrawbridge environment show | set unique-customer-ref=on|off unique-associate-ref=on|off query-key=on|off calls-per-hour=N|off`,
    )
  const changes = act === 'set' ? readChanges(assignments) : undefined
  return inEnvironment(input, async ({ engine }, opening) => {
    const settings = await withScope(engine, { ...opening, readOnly: changes === undefined }, (scope) =>
      changes === undefined ? selectSettings(scope) : changeSettings(scope, changes),
    )
    const shown = {
      environment: settings.environment,
      'unique-customer-ref': settings.uniqueCustomerRef ? 'on' : 'off',
      'unique-associate-ref': settings.uniqueAssociateRef ? 'on' : 'off',
      'query-key': settings.acceptsQueryKey ? 'on' : 'off',
      'calls-per-hour': settings.callsPerHour ?? 'off',
    }
    print(input, shown, () =>
      Object.entries(shown)
        .map(([name, value]) => `${name.padEnd(21)} ${value}\n`)
        .join(''),
    )
    return 0
  })
}

function readChanges(assignments: readonly string[]): Changes {
  if (assignments.length === 0) throw new UsageRefusal('Say what to set, such as unique-customer-ref=off')
  return Object.assign({}, ...assignments.map(readChange)) as Changes
}

function readChange(assignment: string): Changes {
  const [name, value = ''] = assignment.split('=')
  if (name === 'unique-customer-ref') return { uniqueCustomerRef: readSwitch(name, value) }
  if (name === 'unique-associate-ref') return { uniqueAssociateRef: readSwitch(name, value) }
  if (name === 'query-key') return { acceptsQueryKey: readSwitch(name, value) }
  if (name !== 'calls-per-hour')
    throw new UsageRefusal(
      `There is no setting ${name}; there are unique-customer-ref, unique-associate-ref, query-key and calls-per-hour`,
    )
  if (value === 'off') return { callsPerHour: null }
  const calls = Number(value)
  if (!Number.isInteger(calls) || calls < 1)
    throw new UsageRefusal('calls-per-hour is a whole number from 1, or off')
  return { callsPerHour: calls }
}

function readSwitch(name: string, value: string): boolean {
  if (value !== 'on' && value !== 'off') throw new UsageRefusal(`${name} is on or off`)
  return value === 'on'
}
