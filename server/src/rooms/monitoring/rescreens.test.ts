import type { CheckResource } from '@drawbridge/schema/check.ts'
import type { RescreenResource } from '@drawbridge/schema/monitoring.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MadeProfile, makeCase, personNamed, reasonOf, runChecks } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import type { Engine, Reaction } from '../../platform/scope.ts'
import { stepRescreens } from './index.ts'

let server: TestServer
let people: MadeProfile[]
beforeAll(async () => {
  server = await startTestServer()
  people = []
  for (const name of ['Able', 'Baker', 'Charlie', 'Delta', 'Echo']) {
    const body = { role: 'INDIVIDUAL_CUSTOMER', collected_data: personNamed(name) }
    people.push(await makeCase(server, {}, body))
  }
  await runChecks(server)
})
afterAll(() => server.close())

const minuteMs = 60_000
const create = (body: object) =>
  server.ask<RescreenResource>('POST', '/4.0/rescreens', { body: { check_variant: 'screening', ...body } })
const progress = async (id: string) =>
  (await server.ask<RescreenResource>('GET', `/4.0/rescreens/${id}`)).body
const act = (id: string, what: 'pause' | 'resume') =>
  server.ask<RescreenResource>('POST', `/4.0/rescreens/${id}/${what}`)
const step = (engine: Engine = server.engine) => stepRescreens(engine, new AbortController().signal)
const screeningsOf = async (person: MadeProfile) =>
  (await server.ask<CheckResource[]>('GET', `${person.path}/checks`)).body.filter(
    (check) => check.check_type === 'PEPS_AND_SANCTIONS_SCREEN',
  )
const screenings = async () => {
  const counts = []
  for (const person of people) counts.push((await screeningsOf(person)).length)
  return counts
}

/** Takes steps, a minute apart, until the rescreen is over. */
async function finish(id: string): Promise<RescreenResource> {
  for (let steps = 0; steps < 50; steps += 1) {
    const now = await progress(id)
    if (now.state === 'DONE') return now
    await step()
    server.clockOffsetMs += minuteMs
  }
  throw new Error('The rescreen did not end')
}

/** An engine whose database connection is killed when the n-th check of a transaction has been instructed. */
function dyingAfter(count: number): Engine {
  let left = count
  const kill: Reaction = {
    kind: 'check.instructed',
    react: async (scope) => {
      left -= 1
      if (left === 0) await scope.query('select pg_terminate_backend(pg_backend_pid())')
    },
  }
  return { ...server.engine, reactions: [...server.engine.reactions, kill] }
}

test('a rescreen that is killed in the middle goes on and reaches each profile once', async () => {
  const before = await screenings()
  const made = await create({ per_minute: 120 })
  expect(made.body, made.text).toMatchObject({
    state: 'RUNNING',
    check_variant: 'screening',
    total: people.length,
    instructed: 0,
  })
  expect(await step()).toBe(2)
  server.clockOffsetMs += minuteMs
  expect(await step(dyingAfter(2))).toBe(0)
  expect(await progress(made.body.id)).toMatchObject({ state: 'RUNNING', instructed: 2 })
  expect(await finish(made.body.id)).toMatchObject({ state: 'DONE', instructed: people.length })
  expect(await screenings()).toEqual(before.map((count) => count + 1))
  await runChecks(server)
  expect(await progress(made.body.id)).toMatchObject({ completed: people.length, failed: 0 })
  expect(reasonOf(await act(made.body.id, 'pause'))).toBe('rescreen.over')
})

test('a rescreen keeps its rate, rests while it is paused, and two workers do not take the same step', async () => {
  const { id } = (await create({ per_minute: 60 })).body
  expect(await Promise.all([step(), step()]).then(([one, two]) => one + two)).toBe(1)
  expect(await step()).toBe(0)
  server.clockOffsetMs += 1_001
  expect(await step()).toBe(1)
  expect((await act(id, 'pause')).body.state).toBe('PAUSED')
  expect((await act(id, 'pause')).body.state).toBe('PAUSED')
  server.clockOffsetMs += minuteMs
  expect(await step()).toBe(0)
  expect((await act(id, 'resume')).body.state).toBe('RUNNING')
  expect(await finish(id)).toMatchObject({ instructed: people.length })
  await runChecks(server)
})

test('the checks are for the tasks that go by them', async () => {
  const [person] = people
  if (!person) throw new Error('There are people')
  const last = (await screeningsOf(person)).at(-1)
  const tasks = (await server.ask<{ id: string; type: string }[]>('GET', `${person.path}/tasks`)).body
  expect(last?.task_ids).toEqual(
    tasks.filter((task) => task.type.includes('SANCTIONS')).map((task) => task.id),
  )
})

test('a tag, a product and a smart policy narrow whom it reaches', async () => {
  const [first, second] = people
  for (const person of [first, second])
    await server.ask('POST', `${person?.path}/tags`, { body: { name: 'migrated' } })
  const totals = []
  for (const population of [
    {},
    { tag: 'migrated' },
    { product: 'individual_account' },
    { product: 'migrated_client' },
    { product: 'individual_account', tag: 'migrated' },
  ]) {
    const { id, total } = (await create(population)).body
    totals.push(total)
    await finish(id)
  }
  expect(totals).toEqual([5, 2, 5, 0, 2])
  const policies = (await server.ask<RescreenResource[]>('GET', '/4.0/rescreens')).body
  expect(policies.every((rescreen) => rescreen.state === 'DONE')).toBe(true)
})

test('a name that does not exist is refused with a pointer, and nothing begins', async () => {
  const before = (await server.ask<RescreenResource[]>('GET', '/4.0/rescreens')).body.length
  for (const name of ['check_variant', 'product', 'policy', 'tag']) {
    const refused = await create({ [name]: 'no-such' })
    expect([refused.status, reasonOf(refused)], name).toEqual([400, 'rescreen.unknown-name'])
    expect(refused.body).toMatchObject({ errors: [{ info: { pointer: `/${name}` } }] })
  }
  expect((await server.ask<RescreenResource[]>('GET', '/4.0/rescreens')).body).toHaveLength(before)
  expect(reasonOf(await act(crypto.randomUUID(), 'resume'))).toBe('rescreen.unknown')
})

test('while its check is switched off none begins, and one that is under way rests until it is on again', async () => {
  const { id } = (await create({ per_minute: 60 })).body
  const variants = await server.ask<{ id: string; alias: string }[]>('GET', '/4.0/policies/check_variants')
  const variant = variants.body.find((candidate) => candidate.alias === 'screening')
  const turn = async (is_on: boolean) => {
    const body = { is_on, reason: 'A pause' }
    const answer = await server.ask('POST', `/4.0/policies/check_variants/${variant?.id}/switch`, { body })
    expect(answer.status, answer.text).toBe(200)
  }
  await turn(false)
  expect(reasonOf(await create({}))).toBe('rescreen.check-off')
  expect(await step()).toBe(0)
  expect(await progress(id)).toMatchObject({ state: 'RUNNING', instructed: 0 })
  await turn(true)
  expect(await finish(id)).toMatchObject({ instructed: people.length })
})
