import type { PolicyCheck } from '@drawbridge/schema/policies.ts'
import { formatDateTime } from '@drawbridge/schema/scalars.ts'
import { type Scope, withScope } from '../platform/scope.ts'
import { listChecks, showCheck, switchCheck } from '../rooms/policies/index.ts'
import { type CommandInput, inEnvironment, print, table, UsageRefusal } from './command.ts'
import { CommandRefusal } from './refusal.ts'

const usage =
  'drawbridge policy check list | off ALIAS --reason TEXT [--until INSTANT] | on ALIAS --reason TEXT  [--environment demo|live]'

/** `drawbridge policy check list|off|on`: which checks run, and switching them for a time (R19 to R23). */
export async function checkSwitches(input: CommandInput): Promise<number> {
  const [, act, alias] = input.words
  if (act === 'list')
    return inEnvironment(input, async ({ engine }, opening) => {
      const checks = await withScope(engine, { ...opening, readOnly: true }, listChecks)
      print(input, checks, () => table(['check', 'type', 'runs', 'reason'], checks.map(cells)))
      return 0
    })
  if ((act !== 'on' && act !== 'off') || alias === undefined) throw new UsageRefusal(usage)
  const { reason } = input.flags
  if (reason === undefined || reason.trim() === '')
    throw new UsageRefusal(`--reason says why, for the record\n${usage}`)
  const until = readUntil(input.flags.until)
  return inEnvironment(input, async ({ engine }, opening) => {
    const check = await withScope(engine, opening, async (scope) => {
      const variant_id = await idOf(scope, alias)
      await switchCheck(scope, { variant_id, body: { is_on: act === 'on', reason, until } })
      return showCheck(scope, variant_id)
    })
    print(input, check, () => `${check.alias} ${cells(check)[2]}\n`)
    return 0
  })
}

async function idOf(scope: Scope, alias: string): Promise<string> {
  const found = (await listChecks(scope)).find((check) => check.alias === alias || check.id === alias)
  if (!found)
    throw new CommandRefusal(`The policy has no check ${alias}; drawbridge policy check list shows them`)
  return found.id
}

function readUntil(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime()))
    throw new UsageRefusal('--until is an instant such as 2026-12-24T18:00:00Z')
  return formatDateTime(instant)
}

function cells(check: PolicyCheck): string[] {
  const runs = check.is_on ? 'on' : check.until === undefined ? 'off' : `off until ${check.until} UTC`
  return [check.alias, check.check_type, runs, check.reason ?? '']
}
