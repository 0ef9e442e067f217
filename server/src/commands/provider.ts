import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { faultsOf } from '@drawbridge/schema/faults.ts'
import { NewProvider, ProviderChanges, type ProviderResource } from '@drawbridge/schema/provider.ts'
import type { z } from 'zod'
import type { Platform } from '../open-platform.ts'
import { type Opening, type Scope, withScope } from '../platform/scope.ts'
import {
  changeProvider,
  checkNewUrl,
  listProviders,
  registerProvider,
  removeProvider,
  renewSecret,
} from '../rooms/providers/index.ts'
import { type CommandInput, inEnvironment, print, table, UsageRefusal } from './command.ts'
import { providerDemo } from './provider-demo.ts'
import { providerNamed } from './provider-named.ts'
import { revalidate } from './provider-revalidate.ts'
import { providerValidate } from './provider-validate.ts'
import { breakerCells, breakerHead, limitLines, readLimits } from './provider-words.ts'

const usage = `drawbridge provider list | breaker
drawbridge provider add ALIAS --name NAME --url URL --check-type TYPE [--relationship direct|resold] [--credentials-file FILE|-] [--limits-url URL]
drawbridge provider set ALIAS [--name NAME] [--url URL] [--relationship direct|resold] [--credentials-file FILE|-] [--config-file FILE|-] [--limits-url URL] [--disabled yes|no]
drawbridge provider limits ALIAS [calls-per-second=N|off calls-per-minute=N|off concurrent-calls=N|off timeout-seconds=N|off migration-percent=N breaker-failures=N]
drawbridge provider revalidate | renew-secret ALIAS
drawbridge provider remove ALIAS
drawbridge provider validate URL --secret-file FILE|- [--credentials-file FILE|-] [--config-file FILE|-]
drawbridge provider demo --secret-file FILE|- [--port N] [--platform-url URL]`

const actions: Readonly<Record<string, (input: CommandInput, alias: string) => Promise<number>>> = {
  add,
  set,
  limits,
  revalidate,
  'renew-secret': renew,
  remove,
}

/** `drawbridge provider list|breaker|add|set|limits|revalidate|renew-secret|remove|validate|demo`: data providers. */
export async function provider(input: CommandInput): Promise<number> {
  const [act = '', alias] = input.words
  if (act === 'demo') return providerDemo(input)
  if (act === 'list') return list(input)
  if (act === 'breaker') return breaker(input)
  if (act === 'validate') return providerValidate(input)
  const action = Object.hasOwn(actions, act) ? actions[act] : undefined
  if (!action) throw new UsageRefusal(`There is no action ${act}\n${usage}`)
  if (alias === undefined)
    throw new UsageRefusal(`Say which provider: drawbridge provider list shows the aliases\n${usage}`)
  return action(input, alias)
}

function reading<R>(input: CommandInput, work: (scope: Scope) => Promise<R>, show: (result: R) => void) {
  return inEnvironment(input, async ({ engine }, opening) => {
    show(await withScope(engine, { ...opening, readOnly: true }, work))
    return 0
  })
}

function list(input: CommandInput): Promise<number> {
  return reading(input, listProviders, (found) =>
    print(input, found, () =>
      table(
        ['alias', 'name', 'check type', 'state', 'monitoring', 'breaker', 'url'],
        found.map((row) => [
          row.alias,
          row.name,
          row.check_type,
          row.state.toLowerCase(),
          row.monitoring_available === undefined ? '?' : row.monitoring_available ? 'yes' : 'no',
          row.breaker.state.toLowerCase(),
          row.url,
        ]),
      ),
    ),
  )
}

function breaker(input: CommandInput): Promise<number> {
  return reading(input, listProviders, (found) =>
    print(
      input,
      found.map(({ alias, breaker: state }) => ({ alias, ...state })),
      () => table(breakerHead, found.map(breakerCells)),
    ),
  )
}

async function add(input: CommandInput, alias: string): Promise<number> {
  const { flags } = input
  const body = read(NewProvider, {
    alias,
    name: flags.name,
    url: flags.url,
    check_type: flags['check-type'],
    ...given('relationship', flags.relationship?.toUpperCase()),
    ...given('credentials', await jsonOf(flags['credentials-file'])),
    ...given('limits_url', flags['limits-url']),
  })
  return inEnvironment(input, async ({ engine }, opening) => {
    await checkNewUrl(engine, opening, { body })
    const { id, secret } = await withScope(engine, opening, (scope) => registerProvider(scope, { body }))
    showSecret(input, { id, secret })
    return 0
  })
}

function renew(input: CommandInput, alias: string): Promise<number> {
  return inEnvironment(input, async ({ engine }, opening) => {
    const renewed = await withScope(engine, opening, async (scope) =>
      renewSecret(scope, { provider_id: (await providerNamed(scope, alias)).id }),
    )
    showSecret(input, renewed)
    return 0
  })
}

function showSecret(input: CommandInput, shown: { id: string; secret: string }): void {
  print(input, shown, () => {
    process.stderr.write(
      'This is the only time the shared secret is shown: put it where the integration reads it.\n',
    )
    return `${shown.secret}\n`
  })
}

async function set(input: CommandInput, alias: string): Promise<number> {
  const { flags } = input
  const body = read(ProviderChanges, {
    ...given('name', flags.name),
    ...given('url', flags.url),
    ...given('relationship', flags.relationship?.toUpperCase()),
    ...given('credentials', await jsonOf(flags['credentials-file'])),
    ...given('config', await jsonOf(flags['config-file'])),
    ...given('limits_url', flags['limits-url']),
    ...given('is_disabled', yesOrNo('disabled', flags.disabled)),
  })
  if (Object.keys(body).length === 0) throw new UsageRefusal(`Say what to set\n${usage}`)
  return inEnvironment(input, async (platform, opening) => {
    const row = await change(platform, opening, alias, body)
    print(input, row, () => `${row.alias} is ${row.state.toLowerCase()}\n`)
    return 0
  })
}

function limits(input: CommandInput, alias: string): Promise<number> {
  const [, , ...assignments] = input.words
  const show = (row: ProviderResource) =>
    print(input, { ...row.limits, limits_url: row.limits_url }, () => limitLines(row))
  if (assignments.length === 0) return reading(input, (scope) => providerNamed(scope, alias), show)
  const body = read(ProviderChanges, { limits: readLimits(assignments) })
  return inEnvironment(input, async (platform, opening) => {
    show(await change(platform, opening, alias, body))
    return 0
  })
}

function remove(input: CommandInput, alias: string): Promise<number> {
  return inEnvironment(input, async ({ engine }, opening) => {
    const removed = await withScope(engine, opening, async (scope) =>
      removeProvider(scope, { provider_id: (await providerNamed(scope, alias)).id }),
    )
    print(input, { removed: removed.id }, () => `Removed ${alias}\n`)
    return 0
  })
}

async function change(
  { engine }: Platform,
  opening: Opening,
  alias: string,
  body: ProviderChanges,
): Promise<ProviderResource> {
  await checkNewUrl(engine, opening, { body })
  await withScope(engine, opening, async (scope) => {
    const { id } = await providerNamed(scope, alias)
    await changeProvider(scope, { provider_id: id, body })
  })
  return withScope(engine, { ...opening, readOnly: true }, (scope) => providerNamed(scope, alias))
}

function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const words = faultsOf(parsed.error, value).map(({ message }) => message)
  throw new UsageRefusal(`${words.join('\n')}\n${usage}`)
}

/** The field, unless there is no value for it. */
function given(name: string, value: unknown): Record<string, unknown> {
  return value === undefined ? {} : { [name]: value }
}

function yesOrNo(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (text !== 'yes' && text !== 'no') throw new UsageRefusal(`--${name} is yes or no`)
  return text === 'yes'
}

/** The JSON of a file, or with `-` of standard input: secrets never stand in the arguments of a process. */
async function jsonOf(file: string | undefined): Promise<unknown> {
  if (file === undefined) return undefined
  const text = file === '-' ? await readAll(process.stdin) : await readFile(file, 'utf8')
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageRefusal(`${file === '-' ? 'Standard input' : file} holds no JSON object`)
  }
}
