import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../test/server.ts'
import { type Scope, type Subject, withScope } from './scope.ts'
import { WorkingRows } from './working-rows.ts'

interface Row {
  readonly id: string
  readonly word: string
}

let server: TestServer
let did: string[] = []
let stored: Row[] = []

const rows = new WorkingRows<Row>({
  table: 'word',
  read: async (scope, profiles) => {
    await scope.query('select 1')
    did.push(`read ${profiles.length}`)
    return new Map(profiles.map(({ id }) => [id, [...stored]]))
  },
  insert: (scope, _profile, added) => {
    scope.write('select 1 as word', [])
    did.push(`insert ${added.map(({ id, word }) => id + word).join(' ')}`)
  },
  update: (scope, _profile, { id, word }) => {
    scope.write('select 1 as word', [])
    did.push(`update ${id}${word}`)
  },
})

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(() => {
  did = []
  stored = [{ id: 'a', word: '1' }]
})

const within = (work: (scope: Scope, profile: Subject) => Promise<void>) => {
  const opening = { accountId: server.demo.accountId, actor: { kind: 'system' as const, id: null } }
  return withScope(server.engine, opening, (scope) =>
    work(scope, { id: scope.newId(), key: scope.vault.dataKey }),
  )
}
const wordsOf = async (scope: Scope, profile: Subject) =>
  ((await rows.of(scope, [profile])).get(profile.id) ?? []).map(({ id, word }) => id + word)

test('rows of a locked profile are read once, and however often they change are written once, in the end', async () => {
  await within(async (scope, profile) => {
    scope.hold(profile.id, 'locked')
    expect(await wordsOf(scope, profile)).toEqual(['a1'])
    await rows.add(scope, profile, [{ id: 'b', word: '1' }])
    await rows.change(scope, profile, { id: 'b', word: '2' })
    await rows.change(scope, profile, { id: 'a', word: '2' })
    await rows.change(scope, profile, { id: 'a', word: '3' })
    expect(await wordsOf(scope, profile)).toEqual(['a3', 'b2'])
    expect(did).toEqual(['read 1'])
  })
  expect(did).toEqual(['read 1', 'insert b2', 'update a3'])
})

test('of a profile made in the transaction nothing is read', async () => {
  await within(async (scope, profile) => {
    scope.hold(profile.id, 'made')
    expect(await wordsOf(scope, profile)).toEqual([])
    await rows.add(scope, profile, [{ id: 'b', word: '1' }])
    expect(await wordsOf(scope, profile)).toEqual(['b1'])
  })
  expect(did).toEqual(['insert b1'])
})

test('a statement that names the table sees what was changed before it; others do not have it written', async () => {
  await within(async (scope, profile) => {
    scope.hold(profile.id, 'made')
    await rows.add(scope, profile, [{ id: 'b', word: '1' }])
    await scope.query('select 1 as wordy')
    scope.write('select 2 as words', [])
    expect(did).toEqual([])
    await scope.query('select 1 as word')
    expect(did).toEqual(['insert b1'])
    await rows.change(scope, profile, { id: 'b', word: '2' })
  })
  expect(did).toEqual(['insert b1', 'update b2'])
})

test('what others may change is read again every time, and cannot be changed', async () => {
  await within(async (scope, profile) => {
    expect(await wordsOf(scope, profile)).toEqual(['a1'])
    stored = [{ id: 'a', word: '9' }]
    expect(await wordsOf(scope, profile)).toEqual(['a9'])
    scope.hold(profile.id, 'locked')
    stored = [{ id: 'a', word: '10' }]
    expect(await wordsOf(scope, profile)).toEqual(['a10'])
    scope.hold(profile.id, undefined)
  })
  await expect(
    within((scope, profile) => rows.change(scope, profile, { id: 'a', word: '2' })),
  ).rejects.toThrow('locked before')
})

test('nothing is written when the work throws', async () => {
  const failed = within(async (scope, profile) => {
    scope.hold(profile.id, 'made')
    await rows.add(scope, profile, [{ id: 'b', word: '1' }])
    throw new Error('No')
  })
  await expect(failed).rejects.toThrow('No')
  expect(did).toEqual([])
})
