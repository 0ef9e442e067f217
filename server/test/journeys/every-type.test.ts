import { checkTypes } from '@drawbridge/policy/check-types.ts'
import type { CheckDecision, CheckResource, CheckResult, CheckType } from '@drawbridge/schema/check.ts'
import type { EventResource, EventType } from '@drawbridge/schema/event.ts'
import { TaskType } from '@drawbridge/schema/task.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { servedTypes } from '../../src/demo-integration/templates.ts'
import { outputShapes } from '../../src/providers/demo/output-shapes.test-kit.ts'
import { dispatchDue } from '../../src/rooms/dispatch/index.ts'
import { lookDue } from '../../src/rooms/monitoring/index.ts'
import {
  byItself,
  checksFor,
  type EveryType,
  identityBy,
  mayPass,
  otherTemplates,
  startEveryType,
  variantOf,
} from './every-type.test-kit.ts'

// Every type of check and every type of task, against integrations that are registered, validated and called over HTTP
// as those of a vendor are.

let every: EveryType
beforeAll(async () => {
  every = await startEveryType()
})
afterAll(() => every.close())

type Outcome = readonly [result: CheckResult, decision: CheckDecision]

const pass: Outcome = ['Pass', 'PASS']
const fail: Outcome = ['Fail', 'FAIL']
const refer: Outcome = ['Refer', 'WARN']
const document = { '': pass, FAIL: fail, REFER: fail }
const screen: Readonly<Record<string, Outcome>> = {
  '': pass,
  PEP: ['PEP', 'WARN'],
  SANCTION: ['Sanction', 'WARN'],
  MEDIA: ['Media', 'WARN'],
  REFER: refer,
  'PEP SANCTION': ['Sanction', 'WARN'],
}
const custom: Readonly<Record<string, Outcome>> = {
  '': pass,
  '1+1': ['Partial', 'PARTIAL'],
  REFER: refer,
  FAIL: fail,
}

/** What the words in a name lead each type of check to. */
const outcomes: Readonly<Partial<Record<CheckType, Readonly<Record<string, Outcome>>>>> = {
  IDENTITY_CHECK: { '': ['2+2', 'PASS'], '1+1': ['1+1', 'PARTIAL'], FAIL: fail, NODATA: fail },
  DOCUMENT_VERIFICATION: document,
  DOCUMENT_FETCH: document,
  DOCUMENT_CAPTURE: document,
  PEPS_AND_SANCTIONS_SCREEN: screen,
  VISA_CHECK: { '': pass, FAIL: fail },
  CRA_BANK_ACCOUNT_VERIFICATION: { '': pass, FAIL: fail },
  DEVICE_FRAUD_DETECTION: { '': pass, REFER: refer, FAIL: fail },
  FRAUD_SCREENING: { '': pass, REFER: refer, FAIL: refer },
  GEOCODING: { '': pass, FAIL: fail, NODATA: fail },
  INDIVIDUAL_CUSTOM: custom,
  COMPANY_REGISTRY: { '': pass, INACTIVE: refer, FAIL: fail },
  COMPANY_CHARITIES_REGISTRY: { '': pass, FAIL: fail },
  COMPANY_OWNERSHIP: { '': pass, SHAREHOLDERS: ['Partial', 'PARTIAL'], FAIL: fail },
  COMPANY_DATA: { '': pass, '1+1': ['Partial', 'PARTIAL'], INACTIVE: fail, FAIL: fail, NODATA: fail },
  COMPANY_FILINGS: { '': pass, FAIL: fail },
  COMPANY_FILING_PURCHASE: { '': pass, FAIL: fail },
  COMPANY_PEPS_AND_SANCTIONS_SCREEN: screen,
  COMPANY_DOCUMENT_VERIFICATION: document,
  COMPANY_FRAUD_SCREENING: { '': pass, REFER: refer },
  COMPANY_MERCHANT_FRAUD_SCREENING: { '': ['Completed', 'WARN'], REFER: refer, FAIL: refer },
  COMPANY_CUSTOM: custom,
}
// No answer of the demo provider is one of these: only the word of a vendor says them.
const saidByVendorsAlone: Readonly<Partial<Record<CheckType, readonly CheckResult[]>>> = {
  COMPANY_DATA: ['Refer', 'Completed'],
}

describe.each(servedTypes)('a check of the type %s', (type) => {
  const { entityType, mayBeMonitored, results } = checkTypes[type]
  const steered = Object.entries(outcomes[type] ?? {})

  test('ends as the words in the name say, with an output in its shape, over HTTP', async () => {
    const profiles = await Promise.all(steered.map(([words]) => every.subject(entityType, words)))
    await Promise.all(profiles.map((profile) => every.ask(profile, type)))
    const ended = await every.toEnd(...profiles)
    for (const [at, [words, [result, decision]]] of steered.entries()) {
      const [check] = ended[at] ?? []
      expect([words, check]).toMatchObject([
        words,
        { check_type: type, state: 'COMPLETE', result, decision, errors: [] },
      ])
      expect(check?.providers).toMatchObject([
        {
          provider_name: `Demo ${type.toLowerCase()}`,
          is_monitored: mayBeMonitored && type !== 'COMPANY_DATA',
        },
      ])
      if (result === pass[0] || check?.output_data !== undefined)
        expect([words, outputShapes[type]?.safeParse(check?.output_data).error?.issues]).toEqual([
          words,
          undefined,
        ])
    }
    const shown = [...steered.map(([, [result]]) => result), ...(saidByVendorsAlone[type] ?? []), 'Error']
    expect(new Set(shown)).toEqual(new Set(results))
  })

  test('ends in an error that says what the provider said', async () => {
    const profile = await every.subject(entityType, 'ERROR')
    await every.ask(profile, type)
    const [[check] = []] = await every.toEnd(profile)
    expect(check).toMatchObject({ state: 'COMPLETE', result: 'Error', decision: 'ERROR' })
    expect(check?.errors).toMatchObject([
      {
        source: 'PROVIDER',
        message: 'The demo provider failed: the name says ERROR.',
        code: expect.any(Number),
      },
    ])
  })
})

test('the integrations answer by every template of the protocol', () => {
  expect(new Set(every.templates.values())).toEqual(
    new Set(['ONE_TIME_SYNCHRONOUS', 'ONE_TIME_CALLBACK', 'ONE_TIME_POLLING', 'MONITORED_POLLING']),
  )
})

test.each(otherTemplates)(
  'an identity check that is answered by %s has the usual results',
  async (template) => {
    expect(every.templates.get(identityBy(template))).toBe(template)
    const profiles = await Promise.all(
      ['', 'FAIL', 'ERROR'].map((words) => every.subject('INDIVIDUAL', words)),
    )
    const variant = { alias: identityBy(template) }
    await Promise.all(profiles.map((profile) => every.ask(profile, 'IDENTITY_CHECK', { variant })))
    const ended = (await every.toEnd(...profiles)).flat()
    expect(ended.map(({ result, decision }) => [result, decision])).toEqual([
      ['2+2', 'PASS'],
      fail,
      ['Error', 'ERROR'],
    ])
  },
)

test('the reply to an identity check that says no mode waits for the result', async () => {
  const { path } = await every.subject('INDIVIDUAL')
  let isAnswered = false
  const asked = every.server
    .ask<CheckResource>('POST', `${path}/checks`, { body: { check_type: 'IDENTITY_CHECK' } })
    .finally(() => {
      isAnswered = true
    })
  while (!isAnswered) await dispatchDue(every.server.engine)
  expect((await asked).body).toMatchObject({ state: 'COMPLETE', result: '2+2' })
})

test.each(['INDIVIDUAL', 'COMPANY'] as const)(
  'no provider answers the form of an %s: its result is told',
  async (entityType) => {
    const { path } = await every.subject(entityType)
    const form = { check_type: `${entityType}_MANUAL_FORM`, form_id: 'form-1' }
    const refused = await every.server.ask('POST', `${path}/checks`, { body: form })
    expect([refused.status, refused.text]).toEqual([
      expect.any(Number),
      expect.stringContaining('check.unknown-variant'),
    ])
    const told = { ...form, instructed_externally: true, result: 'Pass' }
    const { body } = await every.server.ask('POST', `${path}/checks`, { body: told })
    expect(body).toMatchObject({
      state: 'COMPLETE',
      result: 'Pass',
      decision: 'PASS',
      instructed_externally: true,
    })
  },
)

describe.each(TaskType.options)('a task of the type %s', (type) => {
  const { alias, associates } = variantOf(type)
  const entityType = type.startsWith('COMPANY_') ? 'COMPANY' : 'INDIVIDUAL'
  const checks = checksFor(type)
  const accepted = checks.filter(mayPass)

  /** Adds the task to a new profile for each check, runs each, and tells by check what became of the task. */
  async function statesAfter(runs: readonly (readonly [CheckType, words: string])[]) {
    const begun = await Promise.all(
      runs.map(async ([check, words]) => {
        const profile = await every.subject(entityType, words)
        const task = await every.addTask(profile, alias)
        const { id } = await every.ask(profile, check, { task_ids: [task.id] })
        return { check, words, profile, task, id }
      }),
    )
    await every.toEnd(...begun.map(({ profile }) => profile))
    return Promise.all(
      begun.map(async ({ check, words, profile, task, id }) => {
        const { state, check_ids } = await every.task(profile, task.id)
        expect([check, check_ids]).toEqual([check, [id]])
        return [check, words, state] as const
      }),
    )
  }

  const then = associates ? 'is left to its associates by' : 'completes itself by'
  test(`${then} each of the checks that it may use: ${accepted.join(', ')}`, async () => {
    const states = await statesAfter(accepted.map((check) => [check, ''] as const))
    const state = associates ? 'INCOMPLETE' : 'COMPLETED_PASS'
    expect(states).toEqual(accepted.map((check) => [check, '', state]))
    expect(accepted.length).toBeGreaterThan(0)
  })

  const others = checks.flatMap((check) =>
    Object.entries(outcomes[check] ?? {})
      .filter(([, [, decision]]) => decision !== 'PASS')
      .slice(0, 1)
      .map(([words]) => [check, words] as const),
  )
  test('is left to a person, and never failed, by a check that does not pass', async () => {
    const states = await statesAfter(others)
    expect(states).toEqual(others.map(([check, words]) => [check, words, 'INCOMPLETE']))
    expect(others).toHaveLength(checks.length)
  })

  test('runs its automatic checks when it is added', async () => {
    const profile = await every.subject(entityType)
    const { id } = await every.addTask(profile, byItself(alias))
    const [ran = []] = await every.toEnd(profile)
    const automatic = accepted.filter((check) => checkTypes[check].mayRunAutomatically)
    expect(ran.map(({ check_type }) => check_type).sort()).toEqual([...automatic].sort())
    expect(ran.every(({ task_ids, decision }) => task_ids?.includes(id) && decision === 'PASS')).toBe(true)
    const { state } = await every.task(profile, id)
    expect(state).toBe(associates || automatic.length === 0 ? 'INCOMPLETE' : 'COMPLETED_PASS')
  })

  test('is completed, failed and opened again by a caller', async () => {
    const { path } = await every.subject(entityType)
    const { body: task } = await every.server.ask<{ id: string }>('POST', `${path}/tasks`, { body: { type } })
    for (const state of ['COMPLETED_PASS', 'INCOMPLETE', 'COMPLETED_FAIL'] as const) {
      const { body } = await every.server.ask('POST', `${path}/tasks/${task.id}`, { body: { state } })
      expect(body).toMatchObject({ type, state, is_complete: state === 'COMPLETED_PASS' })
    }
  })
})

const bySanction: readonly EventType[] = ['SANCTION_FLAG']
const byFraud: readonly EventType[] = ['FRAUD_FLAG']
const byEvery: readonly EventType[] = ['ADVERSE_MEDIA_FLAG', 'PEP_FLAG', 'SANCTION_FLAG']

/** Each task that screens, the check that it is for, and the matches that a name brings. */
const screenings: readonly (readonly [TaskType, CheckType, words: string, readonly EventType[]])[] = [
  [
    'INDIVIDUAL_ASSESS_MEDIA_AND_POLITICAL_AND_SANCTIONS_EXPOSURE',
    'PEPS_AND_SANCTIONS_SCREEN',
    'PEP SANCTION MEDIA',
    byEvery,
  ],
  ['INDIVIDUAL_ASSESS_POLITICAL_AND_SANCTIONS_EXPOSURE', 'PEPS_AND_SANCTIONS_SCREEN', 'SANCTION', bySanction],
  ['INDIVIDUAL_ASSESS_POLITICAL_EXPOSURE', 'PEPS_AND_SANCTIONS_SCREEN', 'PEP', ['PEP_FLAG']],
  ['INDIVIDUAL_ASSESS_SANCTIONS_EXPOSURE', 'PEPS_AND_SANCTIONS_SCREEN', 'SANCTION', bySanction],
  ['INDIVIDUAL_FRAUD_SCREENING', 'FRAUD_SCREENING', 'REFER', byFraud],
  ['COMPANY_ASSESS_SANCTIONS_EXPOSURE', 'COMPANY_PEPS_AND_SANCTIONS_SCREEN', 'SANCTION', bySanction],
  ['COMPANY_ASSESS_MEDIA_EXPOSURE', 'COMPANY_PEPS_AND_SANCTIONS_SCREEN', 'MEDIA', ['ADVERSE_MEDIA_FLAG']],
  [
    'COMPANY_ASSESS_MEDIA_AND_SANCTIONS_EXPOSURE',
    'COMPANY_PEPS_AND_SANCTIONS_SCREEN',
    'PEP SANCTION MEDIA',
    byEvery,
  ],
  ['COMPANY_FRAUD_SCREENING', 'COMPANY_FRAUD_SCREENING', 'REFER', byFraud],
  ['COMPANY_MERCHANT_FRAUD_SCREENING', 'COMPANY_MERCHANT_FRAUD_SCREENING', 'REFER', byFraud],
]

/** A new profile whose check for the task has found what the words bring. */
async function screened([type, check, words]: (typeof screenings)[number]) {
  const profile = await every.subject(checkTypes[check].entityType, words)
  const task = await every.addTask(profile, variantOf(type).alias)
  await every.ask(profile, check, { task_ids: [task.id] })
  await every.toEnd(profile)
  return { profile, task, state: async () => (await every.task(profile, task.id)).state }
}

describe.each(screenings)('a task of the type %s, for which %s finds %s', (...screening) => {
  const [type, , , found] = screening

  test('waits for a person, also after the matches are cleared', async () => {
    const { profile, task, state } = await screened(screening)
    const { body: events } = await every.server.ask<EventResource[]>('GET', `${profile.path}/events`)
    expect(events.map(({ data }) => data.event_type).sort()).toEqual(found)
    const cleared = events.map(({ id }) => ({ id, resolution: 'MISMATCH' }))
    const answer = await every.server.ask('POST', `${profile.path}/events/bulk_update`, { body: cleared })
    expect(answer.status, answer.text).toBe(200)
    expect(await state()).toBe('INCOMPLETE')
    const passed = { body: { state: 'COMPLETED_PASS' } }
    await every.server.ask('POST', `${profile.path}/tasks/${task.id}`, passed)
    expect(await state()).toBe('COMPLETED_PASS')
  })

  test('is not passed by another check while a match is open', async () => {
    const { profile, task, state } = await screened(screening)
    const other = type.startsWith('COMPANY_') ? 'COMPANY_CUSTOM' : 'INDIVIDUAL_CUSTOM'
    await every.ask(profile, other, { task_ids: [task.id], demo_result: 'PASS' })
    const [ran] = await every.toEnd(profile)
    expect(ran?.at(-1)).toMatchObject({ check_type: other, result: 'Pass', decision: 'PASS' })
    expect(await state()).toBe('INCOMPLETE')
  })
})

test.each([
  ['INDIVIDUAL', 'PEPS_AND_SANCTIONS_SCREEN', 'INDIVIDUAL_ASSESS_POLITICAL_EXPOSURE'],
  ['COMPANY', 'COMPANY_PEPS_AND_SANCTIONS_SCREEN', 'COMPANY_ASSESS_SANCTIONS_EXPOSURE'],
] as const)(
  'an %s that was screened is watched from then on: what %s finds later opens its task again',
  async (entityType, check, type) => {
    const profile = await every.subject(entityType, 'MONITOR-PEP')
    const task = await every.addTask(profile, variantOf(type).alias)
    await every.ask(profile, check, { task_ids: [task.id] })
    await every.toEnd(profile)
    expect((await every.task(profile, task.id)).state).toBe('COMPLETED_PASS')
    const { signal } = new AbortController()
    while ((await lookDue(every.server.engine, signal)) > 0);
    every.server.clockOffsetMs += 121_000
    while ((await lookDue(every.server.engine, signal)) > 0);
    const { body: events } = await every.server.ask<EventResource[]>('GET', `${profile.path}/events`)
    expect(events.map(({ data }) => data.event_type)).toEqual(['PEP_FLAG'])
    expect((await every.task(profile, task.id)).state).toBe('INCOMPLETE')
  },
)
