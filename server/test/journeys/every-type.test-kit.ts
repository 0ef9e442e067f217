import { setTimeout as sleep } from 'node:timers/promises'
import { checkTypes } from '@drawbridge/policy/check-types.ts'
import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import type { Policy, PolicyCheckVariant, PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import { CheckResource, type CheckType } from '@drawbridge/schema/check.ts'
import type { ProviderResource, RegisteredProvider } from '@drawbridge/schema/provider.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { TaskResource, TaskType } from '@drawbridge/schema/task.ts'
import { expect } from 'vitest'
import {
  type DemoIntegration,
  serveDemoIntegration,
} from '../../src/demo-integration/serve-demo-integration.ts'
import { servedTypes } from '../../src/demo-integration/templates.ts'
import type { CheckTemplate } from '../../src/provider-kit/provider.ts'
import { dispatchDue } from '../../src/rooms/dispatch/index.ts'
import { type MadeProfile, makeCase, personNamed } from '../cases.ts'
import { startTestServer, type TestServer } from '../server.ts'

/** A template of the protocol by which the identity check is answered as well as by its usual one. */
export const otherTemplates = [
  'ONE_TIME_CALLBACK',
  'ONE_TIME_POLLING',
] as const satisfies readonly CheckTemplate['type'][]

/** A server whose policy asks integrations of the demo provider, over HTTP, for every check. */
export interface EveryType {
  readonly server: TestServer
  /** By alias, how each integration answers. */
  readonly templates: ReadonlyMap<string, string | undefined>
  /** A person or company with all that some check asks for; the words are a part of the name. */
  subject(entityType: EntityType, words?: string): Promise<MadeProfile>
  /** Asks for a check through the API, with what its type needs besides; it is not waited for. */
  ask(profile: MadeProfile, type: CheckType, more?: object): Promise<CheckResource>
  /** Runs what is due until every check of these profiles is COMPLETE; answers them in the order they were asked for. */
  toEnd(...profiles: readonly MadeProfile[]): Promise<CheckResource[][]>
  addTask(profile: MadeProfile, alias: string): Promise<TaskResource>
  task(profile: MadeProfile, id: string): Promise<TaskResource>
  close(): Promise<void>
}

/** The name of the task variant whose checks run by themselves. */
export const byItself = (alias: string) => `${alias}_by_itself`

/** The shipped task variant of a type, by the policy of these tests. */
export function variantOf(type: TaskType): PolicyTaskVariant {
  const variant = taskVariants.find(
    ({ task_type, alias }) => task_type === type && !alias.endsWith('_by_itself'),
  )
  if (!variant) throw new Error(`No task variant of the type ${type}`)
  return variant
}

/** The check types that a provider answers and that a task of a type may use. */
export function checksFor(type: TaskType): CheckType[] {
  return servedTypes.filter((checkType) => checkTypes[checkType].taskTypes.includes(type))
}

/** Whether some result of the check means that all is well: where none does, it accepts nothing. */
export const mayPass = (type: CheckType) =>
  checkTypes[type].results.some((one) => one === 'Pass' || one === '2+2')

const alias = (type: CheckType) => type.toLowerCase()
const aliasBy = (template: string) => `identity_by_${template.toLowerCase()}`

const shippedCheck = (type: CheckType): PolicyCheckVariant => {
  const found = defaultPolicy.check_variants.find(({ check_type }) => check_type === type)
  if (!found) throw new Error(`No check variant of the type ${type}`)
  return found
}

// Each shipped task accepts every check that its type may use, and has a twin whose checks run by themselves.
const taskVariants: PolicyTaskVariant[] = defaultPolicy.task_variants.flatMap((task) => {
  const accepted = checksFor(task.task_type).filter(mayPass)
  const aliases = (types: readonly CheckType[]) => types.map((type) => shippedCheck(type).alias)
  const automatic = accepted.filter((type) => checkTypes[type].mayRunAutomatically)
  const table = { ...task, acceptance_checks: aliases(accepted), automatic_checks: [] }
  const twin = { id: crypto.randomUUID(), alias: byItself(task.alias), automatic_checks: aliases(automatic) }
  return [table, { ...table, ...twin }]
})

const policy: Policy = {
  ...defaultPolicy,
  // Nobody applies for anything, so that a profile has the tasks of its test alone.
  products: defaultPolicy.products.map((product) => ({ ...product, automatically_apply: false })),
  task_variants: taskVariants,
  check_variants: [
    ...servedTypes.map((type) => ({
      ...shippedCheck(type),
      providers: [{ provider: alias(type), config: {} }],
    })),
    ...otherTemplates.map((template) => ({
      ...shippedCheck('IDENTITY_CHECK'),
      id: crypto.randomUUID(),
      alias: aliasBy(template),
      is_default: false,
      providers: [{ provider: aliasBy(template), config: {} }],
    })),
  ],
}

/** The alias of the variant of the identity check that is answered by a template. */
export const identityBy = aliasBy

/** Starts the server and the integrations, registers and validates each, and publishes the policy. */
export async function startEveryType(): Promise<EveryType> {
  const server = await startTestServer()
  const secrets: string[] = [Buffer.alloc(32, 9).toString('base64')]
  const served = await serveDemoIntegration({
    port: 0,
    secrets: async () => secrets,
    platformUrl: server.url,
    pollingSeconds: 0,
    fetch: server.engine.outbound.guardedFetch,
  })
  const templates = new Map<string, string | undefined>()
  for (const { name, type, url } of integrations(served)) {
    const registered = await register(server, name, type, url)
    secrets.push(registered.secret)
    templates.set(name, await validate(server, registered))
  }
  await publish(server)
  return {
    server,
    templates,
    subject: (entityType, words) => subject(server, entityType, words),
    ask: (profile, type, more) => askForCheck(server, profile, type, more),
    toEnd: (...profiles) => toEnd(server, profiles),
    addTask: (profile, name) => ok(server, 'POST', `${profile.path}/tasks`, { variant: { alias: name } }),
    task: (profile, id) => ok(server, 'GET', `${profile.path}/tasks/${id}`),
    close: async () => {
      await served.stop()
      await server.close()
    },
  }
}

function integrations(served: DemoIntegration) {
  const usual = servedTypes.map((type) => ({ name: alias(type), type, url: served.urlOf(type) }))
  const others = otherTemplates.map((template) => ({
    name: aliasBy(template),
    type: 'IDENTITY_CHECK' as const,
    url: served.urlOf('IDENTITY_CHECK', template),
  }))
  return [...usual, ...others]
}

async function ok<T>(server: TestServer, method: string, path: string, body?: object): Promise<T> {
  const answer = await server.ask<T>(method, path, body === undefined ? {} : { body })
  expect(answer.status, answer.text).toBe(200)
  return answer.body
}

function register(
  server: TestServer,
  name: string,
  type: CheckType,
  url: string,
): Promise<RegisteredProvider> {
  return ok(server, 'POST', '/4.0/providers', { alias: name, name: `Demo ${name}`, url, check_type: type })
}

async function validate(server: TestServer, { id, alias: name }: RegisteredProvider) {
  const validated = await ok<ProviderResource>(server, 'POST', `/4.0/providers/${id}/validate`)
  const failed = validated.validation?.checks.filter(({ outcome }) => outcome === 'FAILED')
  expect([name, failed, validated.state]).toEqual([name, [], 'VALIDATED'])
  return validated.template
}

async function publish(server: TestServer): Promise<void> {
  await ok(server, 'POST', '/4.0/policies/draft', policy)
  await ok(server, 'POST', '/4.0/policies/publish')
}

function subject(server: TestServer, entityType: EntityType, words = ''): Promise<MadeProfile> {
  if (entityType === 'COMPANY') {
    const metadata = { name: `Larkfen ${words} Ltd`, number: '09990001', country_of_incorporation: 'GBR' }
    const collected_data = { entity_type: 'COMPANY', metadata }
    return makeCase(server, {}, { role: 'COMPANY_CUSTOMER', collected_data })
  }
  const account = { type: 'UK_ACCOUNT', country: 'GBR', sort_code: '010203', account_number: '12345678' }
  const collected_data = {
    ...personNamed(`Oduya ${words}`.trim(), { nationality: 'GBR' }),
    banking_details: { bank_accounts: [account] },
  }
  return makeCase(server, {}, { role: 'INDIVIDUAL_CUSTOMER', collected_data })
}

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

async function addDocument(server: TestServer, { path }: MadeProfile): Promise<string> {
  const image = await ok<{ id: string }>(server, 'POST', `${path}/document_images`, {
    image_type: 'FRONT',
    data: png,
  })
  const document = await ok<{ id: string }>(server, 'POST', `${path}/collected_data/documents`, {
    category: 'PROOF_OF_IDENTITY',
    document_type: 'PASSPORT',
    images: [{ id: image.id }],
  })
  return document.id
}

/** What a call must say besides the type. */
async function extraFor(server: TestServer, profile: MadeProfile, type: CheckType): Promise<object> {
  if (type.endsWith('DOCUMENT_VERIFICATION')) return { document_id: await addDocument(server, profile) }
  if (type === 'DOCUMENT_FETCH') return { source: 'GENERIC', reference: 'token-1' }
  if (type === 'COMPANY_FILING_PURCHASE') return { source_id: 'demo-1' }
  if (type === 'DEVICE_FRAUD_DETECTION') return { device_metadata: { token: 'device-1' } }
  if (type !== 'VISA_CHECK') return {}
  return { document_metadata: { document_type: 'PASSPORT', number: 'D1234567', country_code: 'GBR' } }
}

async function askForCheck(server: TestServer, profile: MadeProfile, type: CheckType, more: object = {}) {
  const body = { check_type: type, ...(await extraFor(server, profile, type)), ...more }
  return ok<CheckResource>(server, 'POST', `${profile.path}/checks?mode=async`, body)
}

async function toEnd(server: TestServer, profiles: readonly MadeProfile[]): Promise<CheckResource[][]> {
  for (let tries = 0; tries < 400; tries += 1) {
    while ((await dispatchDue(server.engine)) > 0);
    const lists = await Promise.all(
      profiles.map(({ path }) => ok<CheckResource[]>(server, 'GET', `${path}/checks`)),
    )
    if (lists.flat().every(({ state }) => state === 'COMPLETE'))
      return lists.map((list) => list.map((check) => CheckResource.parse(check)))
    await sleep(25)
  }
  throw new Error('A check did not come to an end.')
}
