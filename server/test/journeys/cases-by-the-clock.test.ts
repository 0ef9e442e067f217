import type { Policy } from '@drawbridge/policy/policy.ts'
import type { EventResource } from '@drawbridge/schema/event.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import { expect, test } from 'vitest'
import { thePlatform, withScope } from '../../src/platform/scope.ts'
import { takeMatches } from '../../src/rooms/events/index.ts'
import { lockProfile } from '../../src/rooms/profile-root/index.ts'
import type { MadeProfile } from '../cases.ts'
import { dayMs, statesOf, useDeciding } from '../deciding.ts'

const { server, publish, person, read, applicationOf, post, runChecks, goOn } = useDeciding()

/** A provider tells of a politically exposed person, with these words. */
async function takeMatch({ id }: MadeProfile, remark: string): Promise<void> {
  const opening = { accountId: server().demo.accountId, actor: thePlatform }
  const match = { match_id: 'm-1', match_name: 'MIRA ODUYA', pep: { match: true }, remarks: [remark] }
  await withScope(server().engine, opening, async (scope) => {
    const profile = await lockProfile(scope, id)
    const source = { provider: 'lists', providerName: 'Lists', checkId: null }
    await takeMatches(scope, profile, source, { sanctions_results: [match] })
  })
}

const withExpiry = (policy: Policy): Policy => ({
  ...policy,
  task_variants: policy.task_variants.map((variant) =>
    variant.alias === 'verify_identity'
      ? { ...variant, expiry: { days: 60, days_by_risk: {}, notification_days: 30 } }
      : variant,
  ),
})

test('a task that nears its end gets its next version, which counts when the time has come', async () => {
  await publish(withExpiry)
  const made = await person('Oduya')
  await runChecks()
  const approved = await applicationOf(made)
  expect(approved.status).toBe('APPROVED')
  expect(approved.will_expire_at).toBeDefined()
  await goOn(29)
  expect((await read(made)).tasks).toHaveLength(3)
  await goOn(31)
  const near = await read(made)
  const versions = (profile: ProfileResource) =>
    profile.tasks
      ?.filter((task) => task.variant?.alias === 'verify_identity')
      .map((task) => [task.state, task.nearing_expiry, task.is_expired, task.expiry_reason])
  expect(versions(near)).toEqual([
    ['COMPLETED_PASS', true, false, undefined],
    ['INCOMPLETE', false, false, undefined],
  ])
  expect(near.applications?.[0]).toMatchObject({ status: 'APPROVED', flag: 'NEARING_EXPIRY' })
  await runChecks()
  await goOn(60)
  const renewed = await read(made)
  expect(versions(renewed)).toEqual([
    ['COMPLETED_PASS', false, true, 'EXPIRY_PERIOD_ENDED'],
    ['COMPLETED_PASS', false, false, undefined],
  ])
  expect(renewed.applications?.[0]).toMatchObject({ status: 'APPROVED', flag: 'DECIDED' })
})

test('an approved application whose task ended without the next version passed is looked at again', async () => {
  await publish(withExpiry)
  const made = await person('Oduya')
  await runChecks()
  await goOn(61)
  expect(await applicationOf(made)).toMatchObject({ status: 'IN_REVIEW', flag: 'WAITING_ON_CHECKS' })
  await runChecks()
  expect(await applicationOf(made)).toMatchObject({ status: 'APPROVED' })
})

test('a birthday that moves the risk is seen without anybody doing anything', async () => {
  const today = new Date()
  const [year, month, day] = [today.getUTCFullYear() - 90, today.getUTCMonth(), today.getUTCDate()]
  const dob = new Date(Date.UTC(year, month, day + 3)).toISOString().slice(0, 10)
  const made = await person('Oduya', { dob })
  await runChecks()
  expect((await applicationOf(made)).risk?.overall?.score).toBe(0)
  await goOn(4)
  expect((await applicationOf(made)).risk?.overall?.score).toBe(30)
})

test('a match that comes later, or again with other content, opens a passed task and the case', async () => {
  const made = await person('Oduya')
  await runChecks()
  expect(await applicationOf(made)).toMatchObject({ status: 'APPROVED' })
  for (const [days, remark] of [
    [1, 'Said so'],
    [2, 'Said otherwise'],
  ] as const) {
    server().clockOffsetMs = days * dayMs
    await takeMatch(made, remark)
    const opened = await read(made)
    expect(statesOf(opened), remark).toMatchObject({ assess_exposure: 'INCOMPLETE' })
    expect(opened.applications?.[0], remark).toMatchObject({ status: 'IN_REVIEW' })
    const [event] = opened.events ?? []
    await post<EventResource>(`${made.path}/events/${event?.id}`, { resolution: 'MISMATCH' })
    const task = opened.tasks?.find((one) => one.variant?.alias === 'assess_exposure')
    await post(`${made.path}/tasks/${task?.id}`, { state: 'COMPLETED_PASS' })
    await takeMatch(made, remark)
    expect(await applicationOf(made), remark).toMatchObject({ status: 'APPROVED' })
  }
})
