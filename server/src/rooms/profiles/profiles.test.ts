import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../test/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

test('a created company comes back with its application and tasks', async () => {
  const created = await server.ask<{ id: string; applications: unknown[]; tasks: unknown[] }>(
    'POST',
    '/4.0/profiles',
    {
      body: {
        role: 'COMPANY_CUSTOMER',
        collected_data: { entity_type: 'COMPANY', metadata: { name: 'NORTH QUAY TRADING LTD' } },
        applications: [{ product: { alias: 'business_account' } }],
      },
    },
  )
  expect(created.status).toBe(200)
  expect(created.body.applications).toHaveLength(1)
  expect(created.body.tasks.length).toBeGreaterThan(0)
  const read = await server.ask('GET', `/4.0/profiles/${created.body.id}`)
  expect(read.body).toEqual(created.body)
})
