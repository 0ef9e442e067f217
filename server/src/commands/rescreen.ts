import { faultsOf } from '@drawbridge/schema/faults.ts'
import { CreateRescreen, type RescreenResource } from '@drawbridge/schema/monitoring.ts'
import { type Scope, withScope } from '../platform/scope.ts'
import { createRescreen, listRescreens, setRescreenState, showRescreen } from '../rooms/monitoring/index.ts'
import { type CommandInput, inEnvironment, print, table, UsageRefusal } from './command.ts'

const usage = `drawbridge rescreen start CHECK [--product ALIAS] [--policy ALIAS] [--tag NAME] [--per-minute N]
drawbridge rescreen status [ID]
drawbridge rescreen pause ID
drawbridge rescreen resume ID
with [--environment demo|live]`

const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** `drawbridge rescreen start|status|pause|resume`: a check for all clients of an environment. */
export async function rescreen(input: CommandInput): Promise<number> {
  const [act = '', word] = input.words
  if (act !== 'start' && word !== undefined && !isId.test(word))
    throw new UsageRefusal(`${word} is no id of a rescreen: drawbridge rescreen status shows them`)
  if (act === 'status') return status(input, word)
  if (act !== 'start' && act !== 'pause' && act !== 'resume')
    throw new UsageRefusal(`There is no action ${act}\n${usage}`)
  if (word === undefined)
    throw new UsageRefusal(
      act === 'start'
        ? `Say which check variant of the policy is to run\n${usage}`
        : `Say which one: drawbridge rescreen status shows the ids\n${usage}`,
    )
  if (act === 'start') return start(input, word)
  const state = act === 'pause' ? 'PAUSED' : 'RUNNING'
  return changing(input, (scope) => setRescreenState(scope, word, state))
}

function start(input: CommandInput, variant: string): Promise<number> {
  const { product, policy, tag, 'per-minute': perMinute } = input.flags
  const read = CreateRescreen.body.safeParse({
    check_variant: variant,
    product,
    policy,
    tag,
    per_minute: perMinute === undefined ? undefined : Number(perMinute),
  })
  const [fault] = read.success ? [] : faultsOf(read.error)
  if (!read.success)
    throw new UsageRefusal(`--${fault?.pointer.slice(1).replaceAll('_', '-')}: ${fault?.message}\n${usage}`)
  return changing(input, (scope) => createRescreen(scope, read.data))
}

function changing(input: CommandInput, work: (scope: Scope) => Promise<string>): Promise<number> {
  return inEnvironment(input, async ({ engine }, opening) => {
    const shown = await withScope(engine, opening, async (scope) => showRescreen(scope, await work(scope)))
    print(input, shown, () => words([shown]))
    return 0
  })
}

function status(input: CommandInput, id: string | undefined): Promise<number> {
  return inEnvironment(input, async ({ engine }, opening) => {
    const shown = await withScope(engine, { ...opening, readOnly: true }, async (scope) =>
      id === undefined ? listRescreens(scope) : [await showRescreen(scope, id)],
    )
    print(input, id === undefined ? shown : shown[0], () => words(shown))
    return 0
  })
}

function words(rescreens: readonly RescreenResource[]): string {
  if (rescreens.length === 0) return 'There is no rescreen yet\n'
  return table(
    ['id', 'check', 'state', 'reached', 'of', 'answered', 'failed', 'a minute', 'begun'],
    rescreens.map((one) => [
      one.id,
      one.check_variant,
      one.state.toLowerCase(),
      String(one.instructed),
      String(one.total),
      String(one.completed),
      String(one.failed),
      String(one.per_minute),
      one.created_on,
    ]),
  )
}
