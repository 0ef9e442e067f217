import { type KeyClass, keyClasses } from '@drawbridge/schema/capability.ts'
import { withScope } from '../platform/scope.ts'
import { issueKey, type KeyRow, revokeKey, selectKeys } from '../rooms/accounts/index.ts'
import { type CommandInput, inEnvironment, print, table, UsageRefusal } from './command.ts'

const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** `drawbridge keys issue|list|revoke`. */
export async function keys(input: CommandInput): Promise<number> {
  const [act, id] = input.words
  if (act === 'issue') return issue(input)
  if (act === 'list') return list(input)
  if (act === 'revoke' && id !== undefined) return revoke(input, id)
  const wrong =
    act === 'revoke' ? 'Say which key: drawbridge keys list shows the ids' : `There is no action ${act ?? ''}`
  throw new UsageRefusal(
    `${wrong}\ndrawbridge keys issue --name NAME [--class CLASS] | list | revoke ID  [--environment demo|live]`,
  )
}

async function issue(input: CommandInput): Promise<number> {
  const { name } = input.flags
  if (name === undefined || name.trim() === '')
    throw new UsageRefusal('--name says which system the key is for')
  const keyClass = readClass(input.flags.class ?? 'onboarding')
  const validFrom = readInstant(input.flags['valid-from'])
  const maxInFlight = readPlaces(input.flags['max-in-flight'])
  return inEnvironment(input, async ({ engine }, opening) => {
    const issued = await withScope(engine, opening, (scope) =>
      issueKey(scope, { name, class: keyClass, validFrom, maxInFlight }),
    )
    print(input, { id: issued.id, apikey: issued.text }, () => {
      process.stderr.write('This is the only time the key is shown: keep it now.\n')
      return `${issued.text}\n`
    })
    return 0
  })
}

function readClass(text: string): KeyClass {
  const found = keyClasses.find((candidate) => candidate.toLowerCase() === text.toLowerCase())
  if (!found) throw new UsageRefusal(`--class is one of ${keyClasses.join(', ').toLowerCase()}`)
  return found
}

function readInstant(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime()))
    throw new UsageRefusal('--valid-from is an instant such as 2026-12-01T08:00:00Z')
  return instant
}

function readPlaces(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const places = Number(text)
  if (!Number.isInteger(places) || places < 1)
    throw new UsageRefusal('--max-in-flight is a whole number from 1')
  return places
}

async function list(input: CommandInput): Promise<number> {
  return inEnvironment(input, async ({ engine }, opening) => {
    const rows = await withScope(engine, { ...opening, readOnly: true }, (scope) => selectKeys(scope))
    print(input, rows.map(shown), () =>
      table(['id', 'name', 'class', 'begins', 'valid from', 'in flight', 'revoked'], rows.map(cells)),
    )
    return 0
  })
}

function shown(row: KeyRow) {
  return {
    id: row.id,
    name: row.name,
    class: row.class,
    prefix: row.prefix,
    created_at: row.createdAt,
    valid_from: row.validFrom,
    max_in_flight: row.maxInFlight,
    revoked_at: row.revokedAt,
  }
}

function cells(row: KeyRow): string[] {
  const instant = (date: Date | null) =>
    date === null ? '' : date.toISOString().slice(0, 16).replace('T', ' ')
  return [
    row.id,
    row.name,
    row.class.toLowerCase(),
    row.prefix,
    instant(row.validFrom),
    String(row.maxInFlight ?? 'any'),
    instant(row.revokedAt),
  ]
}

async function revoke(input: CommandInput, id: string): Promise<number> {
  if (!isId.test(id))
    throw new UsageRefusal(
      `${id} is not the id of a key: drawbridge keys list shows the ids in its first column`,
    )
  return inEnvironment(input, async ({ engine }, opening) => {
    await withScope(engine, opening, (scope) => revokeKey(scope, id))
    print(input, { revoked: id }, () => `Revoked ${id}\n`)
    return 0
  })
}
