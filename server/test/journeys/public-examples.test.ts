import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../server.ts'

type Json = Record<string, unknown>

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const officers =
  defaultPolicy.task_variants.find((variant) => variant.alias === 'identify_officers')?.id ?? ''
const metadata = { name: 'NORTH QUAY TRADING LTD', number: '09990001', country_of_incorporation: 'GBR' }
const company = { entity_type: 'COMPANY', customer_ref: 'crm-7001', metadata }
const mira = { given_names: ['Mira'], family_name: 'Oduya' }

const withDirectorAndOwner = (director: string) => ({
  ...company,
  metadata: {
    ...metadata,
    incorporation_date: '2019-04-01',
    addresses: [
      {
        type: 'registered_address',
        address: {
          type: 'STRUCTURED',
          country: 'GBR',
          locality: 'Leeds',
          postal_code: 'LS1 0AA',
          route: 'Quay Road',
          street_number: '5',
        },
      },
    ],
  },
  officers: {
    directors: [
      {
        entity_type: 'INDIVIDUAL',
        appointed_on: '2019-04-01',
        original_role: 'Director',
        linked_profile: { id: director },
        task_variant_ids: [officers],
      },
    ],
  },
  ownership_structure: {
    share_classes: [{ name: 'Ordinary', currency: 'GBP', value: 1, votes: 1 }],
    shareholders: [
      {
        entity_type: 'INDIVIDUAL',
        immediate_data: { entity_type: 'INDIVIDUAL', personal_details: { name: mira } },
        total_percentage: 60,
        shareholdings: [{ share_class: 'Ordinary', amount: 60, percentage: 60, currency: 'GBP' }],
      },
    ],
  },
})

test('the public examples 1 to 5 run as they are written: create, read, replace, create an associate, apply', async () => {
  const director = await server.ask<Json & { id: string }>('POST', '/4.0/profiles', {
    body: {
      role: 'INDIVIDUAL_ASSOCIATED',
      collected_data: {
        entity_type: 'INDIVIDUAL',
        personal_details: { name: { title: 'Ms', ...mira }, dob: '1984-07' },
      },
    },
  })
  const created = await server.ask<Json & { id: string }>('POST', '/4.0/profiles', {
    body: {
      role: 'COMPANY_CUSTOMER',
      collected_data: company,
      applications: [{ product: { alias: 'business_account' } }],
    },
  })
  expect([director.status, created.status]).toEqual([200, 200])

  const path = `/4.0/profiles/${created.body.id}/collected_data`
  const read = await server.ask<Json>('GET', path)
  const etag = read.headers.get('etag') ?? ''
  expect([read.status, read.body]).toEqual([200, company])
  expect(etag).toMatch(/^W\/"\d{10}\.\d{3}"$/)

  const body = withDirectorAndOwner(director.body.id)
  const written = await server.ask<Json>('POST', path, { body, headers: { 'if-match': etag } })
  expect(written.status, written.text).toBe(200)
  expect(written.body).toMatchObject(body)
  expect(written.body).toMatchObject({
    officers: {
      directors: [{ linked_profile: { display_name: 'Mira Oduya', role: 'INDIVIDUAL_ASSOCIATED' } }],
    },
    associated_entities: [
      {
        relationships: [
          { associated_role: 'DIRECTOR', tenure: { tenure_type: 'CURRENT', start: '2019-04-01' } },
        ],
      },
      { relationships: [{ associated_role: 'SHAREHOLDER', total_percentage: 60 }] },
    ],
  })

  const stale = await server.ask<Json>('POST', path, { body: company, headers: { 'if-match': etag } })
  expect(stale.status).toBe(412)
  expect(stale.body).toEqual(written.body)
  expect(stale.headers.get('etag')).toBe(written.headers.get('etag'))

  const applications = await server.ask<Json[]>('GET', `/4.0/profiles/${director.body.id}/applications`)
  expect(applications.body).toMatchObject([
    { product: { alias: 'director_check' }, associated_role: 'DIRECTOR', status: 'APPLIED' },
  ])
})
