import { describe, expect, it } from 'vitest'
import { roomFindings, usageFindings } from './rules.ts'
import { temporaryTree } from './temporary-tree.ts'

function findingsFor(files: Readonly<Record<string, string>>): string[] {
  using tree = temporaryTree(files)
  return usageFindings(tree.root).map((line) => line.slice(0, line.indexOf(':', line.indexOf(' '))))
}

describe('the usage rules', () => {
  it.each([
    ["await fetch('https://example.org')"],
    ["await globalThis.fetch('https://example.org')"],
    ["await globalThis['fetch']('https://example.org')"],
    ['const go = fetch'],
    ['call({ send: fetch })'],
    ["new WebSocket('wss://example.org')"],
    ['function outer(options = { fetch }) { return options }'],
  ])('a request past the guarded fetch is found: %s', (text) => {
    expect(findingsFor({ 'server/src/rooms/low/verb.ts': text })).toEqual([
      'server/src/rooms/low/verb.ts:1 fetch-only-in-net',
    ])
  })

  it.each([
    ['export function send({ fetch }: { fetch: Send }) { return fetch() }'],
    ["import { fetch } from '../../platform/net/index.ts'\nexport const answer = fetch()"],
    ['export const answer = (network: Net) => network.fetch()'],
    ['export interface Net { fetch: () => Promise<void> }'],
  ])('a fetch that was handed in is nobody else’s: %s', (text) => {
    expect(findingsFor({ 'server/src/rooms/low/verb.ts': text })).toEqual([])
  })

  it('platform/net, tests and everything outside the server may fetch', () => {
    const text = "await fetch('https://example.org')"
    expect(
      findingsFor({
        'server/src/platform/net/guard.ts': text,
        'server/src/a.test.ts': text,
        'client/src/call.ts': text,
      }),
    ).toEqual([])
  })

  it.each([
    ['export const port = process.env.PORT'],
    ["export const port = process['env'].PORT"],
    ['export const port = globalThis.process.env.PORT'],
    ['const { env } = process'],
    ["import { env } from 'node:process'"],
    ["import { env as settings } from 'process'"],
  ])('the environment read outside main.ts is found: %s', (text) => {
    expect(findingsFor({ 'server/src/platform/log.ts': text, 'server/src/main.ts': text })).toEqual([
      'server/src/platform/log.ts:1 environment-only-in-main',
    ])
  })

  it.each([
    ['export const now = Date.now()'],
    ['export const now = new Date()'],
    ['export const chosen = Math.random()'],
    ['export const id = crypto.randomUUID()'],
    ['setTimeout(run, 5)'],
  ])('a decision that looks at the clock or rolls dice is found: %s', (text) => {
    const found = findingsFor({
      'policy/decide.ts': text,
      'server/src/rooms/low/rules.ts': text,
      'server/src/rooms/low/rules-graph.ts': text,
    })
    expect(found).toEqual([
      'policy/decide.ts:1 decisions-have-no-clock-and-no-chance',
      'server/src/rooms/low/rules-graph.ts:1 decisions-have-no-clock-and-no-chance',
      'server/src/rooms/low/rules.ts:1 decisions-have-no-clock-and-no-chance',
    ])
  })

  it('a date made from a value is no clock', () => {
    expect(findingsFor({ 'policy/decide.ts': 'export const at = (text: string) => new Date(text)' })).toEqual(
      [],
    )
  })

  it('a verb that takes its own instant is found', () => {
    expect(findingsFor({ 'server/src/rooms/low/verb.ts': '\nexport const now = new Date()' })).toEqual([
      'server/src/rooms/low/verb.ts:2 one-instant-per-transaction',
    ])
  })

  it.each([
    ["export const read = (scope: Scope) => scope.query('select 1')"],
    ["export const add = (scope: Scope) => scope.write('insert into tag default values', [])"],
  ])('a statement outside queries.ts is found: %s', (text) => {
    const found = findingsFor({
      'server/src/rooms/low/verb.ts': text,
      'server/src/rooms/low/queries.ts': text,
      'server/src/rooms/low/queries-list.ts': text,
    })
    expect(found).toEqual(['server/src/rooms/low/verb.ts:1 sql-only-in-queries'])
  })

  it('a file that is not TypeScript is named with its line', () => {
    expect(() => findingsFor({ 'policy/broken.ts': 'export const one = 1\nexport const = 2' })).toThrow(
      'policy/broken.ts:2 cannot be parsed',
    )
  })
})

describe('the shape of the rooms', () => {
  it('a room in house.ts, flat and small, is in order', () => {
    using tree = temporaryTree({ 'server/src/rooms/low/index.ts': '' })
    expect(roomFindings(tree.root, ['low'])).toEqual([])
  })

  it('a room that house.ts does not name is found', () => {
    using tree = temporaryTree({ 'server/src/rooms/stranger/index.ts': '' })
    expect(roomFindings(tree.root, ['low'])).toEqual([expect.stringContaining('room-is-in-the-house')])
  })

  it('a folder inside a room is found', () => {
    using tree = temporaryTree({ 'server/src/rooms/low/inner/file.ts': '' })
    expect(roomFindings(tree.root, ['low'])).toEqual([expect.stringContaining('rooms-are-flat')])
  })

  it('the twenty-sixth file of a room is found', () => {
    const files = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, place) => [`server/src/rooms/low/verb-${place}.ts`, '']),
      )
    using small = temporaryTree(files(25))
    using large = temporaryTree(files(26))
    expect(roomFindings(small.root, ['low'])).toEqual([])
    expect(roomFindings(large.root, ['low'])).toEqual([expect.stringContaining('room-is-small')])
  })
})
