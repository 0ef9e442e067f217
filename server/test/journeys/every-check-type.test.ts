import { setTimeout as sleep } from 'node:timers/promises'
import { checkTypes } from '@drawbridge/policy/check-types.ts'
import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import type { CheckResource, CheckType } from '@drawbridge/schema/check.ts'
import type { ProviderResource, RegisteredProvider } from '@drawbridge/schema/provider.ts'
import type { TaskResource } from '@drawbridge/schema/task.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type DemoIntegration,
  serveDemoIntegration,
} from '../../src/demo-integration/serve-demo-integration.ts'
import { servedTypes } from '../../src/demo-integration/templates.ts'
import { dispatchDue } from '../../src/rooms/dispatch/index.ts'
import { type MadeProfile, makeCase, personNamed } from '../cases.ts'
import { startTestServer, type TestServer } from '../server.ts'

// Every type of check, and every task that such a check completes, against integrations that are registered, validated
// and called over HTTP as those of a vendor are.

let server: TestServer
let served: DemoIntegration
const secrets: string[] = [Buffer.alloc(32, 9).toString('base64')]
const alias = (type: CheckType) => type.toLowerCase()

beforeAll(async () => {
  server = await startTestServer()
  served = await serveDemoIntegration({
    port: 0,
    secrets: async () => secrets,
    platformUrl: server.url,
    pollingSeconds: 0,
    fetch: server.engine.outbound.guardedFetch,
  })
  for (const type of servedTypes) await register(type)
  await publish()
}, 120_000)
afterAll(async () => {
  await served.stop()
  await server.close()
})

async function register(type: CheckType): Promise<void> {
  const body = { alias: alias(type), name: `Demo ${type}`, url: served.urlOf(type), check_type: type }
  const made = await server.ask<RegisteredProvider>('POST', '/4.0/providers', { body })
  expect(made.status, made.text).toBe(200)
  secrets.push(made.body.secret)
  const validated = await server.ask<ProviderResource>('POST', `/4.0/providers/${made.body.id}/validate`)
  const failed = validated.body.validation?.checks.filter(({ outcome }) => outcome === 'FAILED')
  expect([type, failed, validated.body.state]).toEqual([type, [], 'VALIDATED'])
}

/** The shipped policy, except that every check is made by the integration of its type. */
async function publish(): Promise<void> {
  const check_variants = defaultPolicy.check_variants.map((variant) => ({
    ...variant,
    providers: [{ provider: alias(variant.check_type) }],
  }))
  const saved = await server.ask('POST', '/4.0/policies/draft', {
    body: { ...defaultPolicy, check_variants },
  })
  expect(saved.status, saved.text).toBe(200)
  const published = await server.ask('POST', '/4.0/policies/publish')
  expect(published.status, published.text).toBe(200)
}

/** A person or company that has all that some check asks for. */
function makeSubject(type: CheckType, words: string): Promise<MadeProfile> {
  if (checkTypes[type].entityType === 'COMPANY') {
    const metadata = { name: `Larkfen ${words} Ltd`, number: '09990001', country_of_incorporation: 'GBR' }
    return makeCase(
      server,
      {},
      {
        role: 'COMPANY_CUSTOMER',
        collected_data: { entity_type: 'COMPANY', metadata },
      },
    )
  }
  const account = { type: 'UK_ACCOUNT', country: 'GBR', sort_code: '010203', account_number: '12345678' }
  const collected_data = {
    ...personNamed(`Oduya ${words}`.trim(), { nationality: 'GBR' }),
    banking_details: { bank_accounts: [account] },
  }
  return makeCase(server, {}, { role: 'INDIVIDUAL_CUSTOMER', collected_data })
}

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

async function makeDocument({ path }: MadeProfile): Promise<string> {
  const image = await server.ask<{ id: string }>('POST', `${path}/document_images`, {
    body: { image_type: 'FRONT', data: png },
  })
  const document = await server.ask<{ id: string }>('POST', `${path}/collected_data/documents`, {
    body: { category: 'PROOF_OF_IDENTITY', document_type: 'PASSPORT', images: [{ id: image.body.id }] },
  })
  expect(document.status, document.text).toBe(200)
  return document.body.id
}

/** What a call must say besides the type. */
async function extraFor(type: CheckType, profile: MadeProfile): Promise<object> {
  if (type.endsWith('DOCUMENT_VERIFICATION')) return { document_id: await makeDocument(profile) }
  if (type === 'DOCUMENT_FETCH') return { source: 'GENERIC', reference: 'token-1' }
  if (type === 'COMPANY_FILING_PURCHASE') return { source_id: 'demo-1' }
  if (type === 'DEVICE_FRAUD_DETECTION') return { device_metadata: { token: 'device-1' } }
  if (type !== 'VISA_CHECK') return {}
  return { document_metadata: { document_type: 'PASSPORT', number: 'D1234567', country_code: 'GBR' } }
}

/** Adds the tasks that a check of the type may complete. */
async function addTasks(type: CheckType, { path }: MadeProfile): Promise<void> {
  const checks = defaultPolicy.check_variants.filter(({ check_type }) => check_type === type)
  for (const task of defaultPolicy.task_variants) {
    if (!checks.some((check) => task.acceptance_checks.includes(check.alias))) continue
    const added = await server.ask('POST', `${path}/tasks`, { body: { variant: { alias: task.alias } } })
    expect([200, 409]).toContain(added.status)
  }
}

async function runToEnd(type: CheckType, words: string) {
  const profile = await makeSubject(type, words)
  await addTasks(type, profile)
  const body = { check_type: type, ...(await extraFor(type, profile)) }
  const asked = await server.ask<CheckResource>('POST', `${profile.path}/checks?mode=async`, { body })
  expect(asked.status, asked.text).toBe(200)
  for (let tries = 0; tries < 200; tries += 1) {
    await dispatchDue(server.engine)
    const { body: check } = await server.ask<CheckResource>('GET', `${profile.path}/checks/${asked.body.id}`)
    const { body: all } = await server.ask<CheckResource[]>('GET', `${profile.path}/checks`)
    if (check.state === 'COMPLETE' && all.every(({ state }) => state === 'COMPLETE'))
      return { profile, check }
    await sleep(50)
  }
  throw new Error(`The check ${type} did not come to an end.`)
}

async function completedTasks({ path }: MadeProfile): Promise<string[]> {
  const { body } = await server.ask<TaskResource[]>('GET', `${path}/tasks`)
  return body.flatMap(({ state, variant }) => (state === 'COMPLETED_PASS' ? [variant?.alias ?? ''] : []))
}

describe.each(servedTypes)('%s', (type) => {
  test('runs over HTTP to the end and completes the tasks that accept it', async () => {
    const { profile, check } = await runToEnd(type, '')
    const result = type === 'IDENTITY_CHECK' ? '2+2' : type.includes('MERCHANT') ? 'Completed' : 'Pass'
    expect(check).toMatchObject({
      state: 'COMPLETE',
      result,
      decision: result === 'Completed' ? 'WARN' : 'PASS',
      errors: [],
      providers: [{ provider_name: `Demo ${type}` }],
    })
    const accepting = defaultPolicy.task_variants
      .filter(({ acceptance_checks }) =>
        acceptance_checks.some((name) =>
          defaultPolicy.check_variants.some((one) => one.alias === name && one.check_type === type),
        ),
      )
      .map((task) => task.alias)
    expect(await completedTasks(profile)).toEqual(expect.arrayContaining(accepting))
  }, 30_000)

  test('ends in a clear state when its provider fails', async () => {
    const { check } = await runToEnd(type, 'error')
    expect(check).toMatchObject({ state: 'COMPLETE', result: 'Error', decision: 'ERROR' })
    expect(check.errors).toMatchObject([{ source: 'PROVIDER' }])
  }, 30_000)
})
