import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { withScope } from '../../platform/scope.ts'
import { changeSettings } from '../accounts/index.ts'

type Json = Record<string, unknown>
interface Profile extends Json {
  id: string
  collected_data: Json
  applications: Json[]
  tasks: Json[]
}
interface Refused {
  errors: { code: number; message: string; info: Json }[]
}

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const create = <T = Profile>(body: Json) => server.ask<T>('POST', '/4.0/profiles', { body })
const path = (id: string) => `/4.0/profiles/${id}/collected_data`
const read = (id: string) => server.ask<Json>('GET', path(id))
const post = <T = Json & Refused>(id: string, body: unknown, ifMatch?: string) =>
  server.ask<T>('POST', path(id), {
    body,
    ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
  })
const individual = (more: Json = {}) => ({ entity_type: 'INDIVIDUAL', ...more })
const stub = async () =>
  (await create({ role: 'INDIVIDUAL_ASSOCIATED', collected_data: individual() })).body.id

async function setUniqueReferences(uniqueCustomerRef: boolean, uniqueAssociateRef = false): Promise<void> {
  const opening = { accountId: server.demo.accountId, actor: { kind: 'system' as const, id: null } }
  const changes = { uniqueCustomerRef, uniqueAssociateRef }
  await withScope(server.engine, opening, (scope) => changeSettings(scope, changes))
}

describe('creating a profile', () => {
  test('a company comes back with its application and tasks, as the public example shows', async () => {
    const collected_data = {
      entity_type: 'COMPANY',
      customer_ref: 'crm-7001',
      metadata: { name: 'NORTH QUAY TRADING LTD', number: '09990001', country_of_incorporation: 'GBR' },
    }
    const created = await create({
      role: 'COMPANY_CUSTOMER',
      collected_data,
      applications: [{ product: { alias: 'business_account' } }],
    })
    expect(created.status, created.text).toBe(200)
    expect(created.body).toMatchObject({
      role: 'COMPANY_CUSTOMER',
      display_name: 'NORTH QUAY TRADING LTD',
      category: 'APPLICANT',
      status: 'NORMAL',
      collected_data,
      applications: [
        {
          product: { alias: 'business_account', name: 'Business account' },
          status: 'APPLIED',
          flag: 'WAITING_ON_CHECKS',
          history: [{ status: 'APPLIED' }],
        },
      ],
      checks: [
        { check_type: 'COMPANY_DATA', state: 'PENDING' },
        { check_type: 'COMPANY_PEPS_AND_SANCTIONS_SCREEN', state: 'PENDING' },
      ],
      collection_steps: [],
      document_images: [],
      events: [],
      tags: [],
      linked_to: [],
      unresolved_event_types: [],
      has_associates: false,
      has_collection_steps: false,
    })
    const required = defaultPolicy.smart_policies.find((policy) => policy.alias === 'business_account')
    expect(created.body.tasks).toHaveLength(
      required?.elements.flatMap((element) => (element.kind === 'task' ? element.task_variants : []))
        .length ?? 0,
    )
    expect(created.body).toMatchObject({
      task_progress: { completed_count: 0, total_count: created.body.tasks.length },
    })
    expect(created.body.creation_date).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    const shown = await server.ask('GET', `/4.0/profiles/${created.body.id}`)
    expect(shown.body).toEqual(created.body)
  })

  test('a customer that names no application applies by itself; an empty list applies for nothing', async () => {
    const auto = await create({ role: 'INDIVIDUAL_CUSTOMER', collected_data: individual() })
    expect(auto.body.applications).toMatchObject([
      { product: { alias: 'individual_account' }, status: 'APPLIED' },
    ])
    expect(auto.body.tasks).not.toEqual([])
    const none = await create({ role: 'INDIVIDUAL_CUSTOMER', collected_data: individual(), applications: [] })
    expect([none.body.applications, none.body.tasks]).toEqual([[], []])
  })

  test('an associate applies for nothing by itself', async () => {
    const associate = await create({ role: 'INDIVIDUAL_ASSOCIATED', collected_data: individual() })
    expect(associate.body).toMatchObject({ applications: [], tasks: [], display_name: '' })
  })

  test('a role of the other entity type is refused at the field', async () => {
    const answer = await create<Refused>({ role: 'COMPANY_CUSTOMER', collected_data: individual() })
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toMatchObject([
      { code: 201, info: { reason: 'profile.entity-type-mismatch', pointer: '/collected_data/entity_type' } },
    ])
  })

  test('an unknown product is refused at its place in the list, and no profile is made', async () => {
    const before = await server.ask<{ count: number }>('GET', '/4.0/profiles')
    const answer = await create<Refused>({
      role: 'INDIVIDUAL_CUSTOMER',
      collected_data: individual({ customer_ref: 'half-made' }),
      applications: [{ product: { alias: 'individual_account' } }, { product: { alias: 'nothing' } }],
    })
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0]?.info).toMatchObject({
      reason: 'product.unknown',
      pointer: '/applications/1/product',
    })
    const after = await server.ask<{ count: number }>('GET', '/4.0/profiles')
    expect(after.body.count).toBe(before.body.count)
    const again = await create({
      role: 'INDIVIDUAL_CUSTOMER',
      collected_data: individual({ customer_ref: 'half-made' }),
    })
    expect(again.status).toBe(200)
  })

  test('the associate of the public example is answered in parts, with unknown fields kept', async () => {
    const answer = await create({
      role: 'INDIVIDUAL_ASSOCIATED',
      collected_data: individual({
        personal_details: {
          name: { title: 'Ms', given_names: ['Mira', 'Jane'], family_name: 'Oduya' },
          dob: '1984-07',
          nationality: 'GBR',
          x_eye_colour: { left: 'green' },
        },
        address_history: [
          {
            address: { type: 'FREEFORM', country: 'GBR', text: '5 Quay Road, Leeds, LS1 0AA' },
            start_date: '2015-02',
          },
        ],
        contact_details: { email: 'mira@example.test' },
        x_source: ['kept', 1, null],
      }),
    })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body.display_name).toBe('Mira Jane Oduya')
    expect(answer.body.collected_data).toMatchObject({
      personal_details: { dob: '1984-07', x_eye_colour: { left: 'green' } },
      address_history: [
        {
          address: {
            type: 'STRUCTURED',
            country: 'GBR',
            original_freeform_address: '5 Quay Road, Leeds, LS1 0AA',
            postal_code: 'LS1 0AA',
          },
          start_date: '2015-02',
        },
      ],
      x_source: ['kept', 1, null],
    })
  })
})

describe('collected data', () => {
  test('has ETags that rise with every write, also when the clock stands still or goes back', async () => {
    server.clockOffsetMs = 3_600_000
    const id = await stub().finally(() => {
      server.clockOffsetMs = 0
    })
    const seen = [Number((await read(id)).headers.get('etag')?.slice(3, -1))]
    for (let write = 0; write < 5; write += 1) {
      const written = await post(id, individual({ x_write: write }))
      const etag = written.headers.get('etag') ?? ''
      expect(etag).toMatch(/^W\/"\d+\.\d{3}"$/)
      expect((await read(id)).headers.get('etag')).toBe(etag)
      seen.push(Number(etag.slice(3, -1)))
    }
    expect(seen).toEqual([...new Set(seen)].sort((left, right) => left - right))
  })

  test('is replaced as a whole: a field left out is gone', async () => {
    const id = await stub()
    await post(id, individual({ x_gone: 1, contact_details: { email: 'a@b.test' } }))
    expect((await post(id, individual({ x_new: 2 }))).body).toEqual(individual({ x_new: 2 }))
    expect((await read(id)).body).toEqual(individual({ x_new: 2 }))
  })

  test('takes a good If-Match: the tag, one of several, or any', async () => {
    const id = await stub()
    const tag = async () => (await read(id)).headers.get('etag') ?? ''
    expect((await post(id, individual({ x: 1 }), await tag())).status).toBe(200)
    expect((await post(id, individual({ x: 2 }), `"other", ${await tag()}`)).status).toBe(200)
    expect((await post(id, individual({ x: 3 }), '*')).status).toBe(200)
    expect((await read(id)).body).toMatchObject({ x: 3 })
  })

  test('answers a stale If-Match with the current document and ETag, and changes nothing', async () => {
    const id = await stub()
    const old = (await read(id)).headers.get('etag') ?? ''
    const current = await post(id, individual({ x: 'current' }))
    const stale = await post(id, individual({ x: 'stale' }), old)
    expect(stale.status).toBe(412)
    expect(stale.headers.get('etag')).toBe(current.headers.get('etag'))
    expect(stale.body).toEqual(individual({ x: 'current' }))
    const now = await read(id)
    expect([now.body, now.headers.get('etag')]).toEqual([stale.body, stale.headers.get('etag')])
    // The same text without the mark of a weak tag is another tag: they are compared as they were given out.
    expect((await post(id, individual(), stale.headers.get('etag')?.slice(2))).status).toBe(412)
  })

  test('refuses an If-Match that is no list of tags', async () => {
    const id = await stub()
    for (const header of ['1579973191.798', 'W/1', '"open', '*, "a"']) {
      const answer = await post(id, individual(), header)
      expect(answer.status, header).toBe(400)
      expect(answer.body.errors[0]?.info.reason).toBe('if-match.malformed')
    }
  })

  test('of twenty writers with one ETag exactly one wins, and the others are shown what it wrote', async () => {
    const id = await stub()
    const etag = (await read(id)).headers.get('etag') ?? ''
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, writer) => post(id, individual({ x_writer: writer }), etag)),
    )
    const won = answers.filter((answer) => answer.status === 200)
    expect(won).toHaveLength(1)
    for (const answer of answers) {
      expect([200, 412]).toContain(answer.status)
      expect(answer.body).toEqual(won[0]?.body)
      expect(answer.headers.get('etag')).toBe(won[0]?.headers.get('etag'))
    }
  })

  test('of another entity type than the profile is refused', async () => {
    const answer = await post(await stub(), { entity_type: 'COMPANY' })
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0]?.info).toMatchObject({ pointer: '/entity_type' })
  })

  test('of a foreign or absent profile is answered the same way', async () => {
    const foreign = await server.ask<Profile>('POST', '/4.0/profiles', {
      key: server.live.key,
      body: { role: 'INDIVIDUAL_CUSTOMER', collected_data: individual() },
    })
    for (const [method, tail] of [
      ['GET', ''],
      ['GET', '/collected_data'],
      ['GET', '/status'],
      ['GET', '/audit-items'],
    ] as const) {
      const [theirs, absent] = await Promise.all([
        server.ask(method, `/4.0/profiles/${foreign.body.id}${tail}`),
        server.ask(method, `/4.0/profiles/00000000-0000-4000-8000-000000000009${tail}`),
      ])
      expect([theirs.status, theirs.text]).toEqual([404, absent.text])
    }
  })
})

describe('a customer reference', () => {
  const customer = (customer_ref: string, role = 'INDIVIDUAL_CUSTOMER') =>
    create<Profile & Refused>({ role, collected_data: individual({ customer_ref }), applications: [] })

  test('is held by one customer: a second is refused with the id of the first, on create and on collected data', async () => {
    const first = await customer('ref-1')
    const created = await customer('ref-1')
    expect(created.status).toBe(409)
    expect(created.body.errors).toMatchObject([
      {
        code: 202,
        info: {
          reason: 'profile.customer-ref-taken',
          pointer: '/collected_data/customer_ref',
          profile_id: first.body.id,
        },
      },
    ])
    const other = await customer('ref-2')
    const moved = await post(other.body.id, individual({ customer_ref: 'ref-1' }))
    expect(moved.status).toBe(409)
    expect(moved.body.errors[0]?.info).toMatchObject({ pointer: '/customer_ref', profile_id: first.body.id })
    expect((await read(other.body.id)).body.customer_ref).toBe('ref-2')
    expect((await customer('ref-2')).status).toBe(409)
  })

  test('of ten customers that are created at once is held by exactly one', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => customer('ref-race')))
    expect(answers.map((answer) => answer.status).sort()).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 409),
    ])
    const winner = answers.find((answer) => answer.status === 200)?.body.id
    for (const answer of answers)
      if (answer.status === 409) expect(answer.body.errors[0]?.info.profile_id).toBe(winner)
  })

  test('is free again once its holder has given it up or was deleted', async () => {
    const holder = (await customer('ref-free')).body.id
    await post(holder, individual())
    const next = await customer('ref-free')
    expect(next.status).toBe(200)
    await server.ask('POST', `/4.0/profiles/${next.body.id}/delete`, { body: { confirm_id: next.body.id } })
    expect((await customer('ref-free')).status).toBe(200)
  })

  test('stands apart for associates, and an empty one is none', async () => {
    expect((await customer('ref-apart')).status).toBe(200)
    expect((await customer('ref-apart', 'INDIVIDUAL_ASSOCIATED')).status).toBe(200)
    expect((await customer('ref-apart', 'INDIVIDUAL_ASSOCIATED')).status).toBe(200)
    expect((await customer('')).status).toBe(200)
    expect((await customer('')).status).toBe(200)
  })

  test('of a company may be sent as customer_reference, and is stored once', async () => {
    const collected_data = { entity_type: 'COMPANY', customer_reference: 'company-1' }
    const created = await create({ role: 'COMPANY_CUSTOMER', collected_data, applications: [] })
    expect(created.body.collected_data).toEqual({ entity_type: 'COMPANY', customer_ref: 'company-1' })
    const taken = await create<Refused>({ role: 'COMPANY_CUSTOMER', collected_data })
    expect(taken.status).toBe(409)
    expect(taken.body.errors[0]?.info.pointer).toBe('/collected_data/customer_reference')
    const differing = await create<Refused>({
      role: 'COMPANY_CUSTOMER',
      collected_data: { ...collected_data, customer_ref: 'company-2' },
    })
    expect(differing.status).toBe(400)
    expect(differing.body.errors[0]?.info).toMatchObject({
      reason: 'collected-data.customer-ref-conflict',
      pointer: '/collected_data/customer_reference',
    })
  })

  test('may be shared where the environment says so; the first holder keeps it for when it says otherwise', async () => {
    await setUniqueReferences(false)
    try {
      expect((await customer('ref-shared')).status).toBe(200)
      expect((await customer('ref-shared')).status).toBe(200)
    } finally {
      await setUniqueReferences(true)
    }
    expect((await customer('ref-shared')).status).toBe(409)
  })

  test('among associates is unique where the environment says so, apart from that of customers', async () => {
    const associate = () =>
      create({
        role: 'INDIVIDUAL_ASSOCIATED',
        collected_data: individual({ customer_ref: 'ref-associate' }),
      })
    expect((await customer('ref-associate')).status).toBe(200)
    const first = await associate()
    expect(first.status, first.text).toBe(200)
    await setUniqueReferences(true, true)
    try {
      const second = await associate()
      expect(second.status).toBe(409)
      expect(second.text).toContain(first.body.id)
    } finally {
      await setUniqueReferences(true)
    }
    expect((await associate()).status).toBe(200)
  })
})

test('the status of a profile is a bare word, kept and audited', async () => {
  const id = await stub()
  const at = `/4.0/profiles/${id}/status`
  expect((await server.ask('GET', at)).text).toBe('"NORMAL"')
  const set = await server.ask('POST', at, { body: '"SUSPENDED"' })
  expect([set.status, set.text]).toEqual([200, '"SUSPENDED"'])
  expect((await server.ask('GET', at)).text).toBe('"SUSPENDED"')
  expect((await server.ask('POST', at, { body: '"ASLEEP"' })).status).toBe(400)
})
