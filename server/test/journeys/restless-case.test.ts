import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { dispatchDue } from '../../src/rooms/dispatch/index.ts'
import { type CheckServer, passed, startCheckServer } from '../check-server.ts'

/** No case is known that never comes to rest: what `settle` would say of one is put in its mouth. */
vi.mock(import('@drawbridge/policy/settle.ts'), async (original) => {
  const actual = await original()
  return {
    ...actual,
    settle: (subject, policy, now) => {
      if (
        JSON.stringify(subject.data).includes('Restless') &&
        subject.checks.some(({ decision }) => decision)
      )
        throw new actual.RestlessCase('A case did not come to rest')
      return actual.settle(subject, policy, now)
    },
  }
})

let checks: CheckServer
beforeAll(async () => {
  checks = await startCheckServer([{ alias: 'paid' }])
})
afterAll(() => checks.close())

test('a case that never comes to rest keeps its answer, which is not paid for twice, and holds up no other', async () => {
  const source = checks.source('paid')
  source.script = () => passed
  const order = { check_type: 'IDENTITY_CHECK', variant: { alias: 'paid' } }
  const restless = await checks.person({
    personal_details: { name: { given_names: ['Mira'], family_name: 'Restless' } },
  })
  const other = await checks.person()
  const first = await checks.run(restless.path, order)
  const second = await checks.run(other.path, order)
  await dispatchDue(checks.server.engine)
  checks.server.clockOffsetMs = 3_600_000
  await dispatchDue(checks.server.engine)
  expect(await checks.check(restless.path, first.id)).toMatchObject({ result: '2+2' })
  expect(await checks.check(other.path, second.id)).toMatchObject({ result: '2+2' })
  expect(source.received).toHaveLength(2)
})
