import { allOperations } from '@drawbridge/schema/all-operations.ts'
import { ErrorBody } from '@drawbridge/schema/error-body.ts'
import type { Operation } from '@drawbridge/schema/operation.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { addressOf, type FullProfile, makeFullProfile } from '../../../test/calls.ts'
import { damaged, oddValue } from '../../../test/odd-values.ts'
import { richCompany, richPerson } from '../../../test/rich-documents.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'

let server: TestServer
let known: FullProfile
beforeAll(async () => {
  server = await startTestServer()
  known = await makeFullProfile(server, server.demo.key)
})
afterAll(() => server.close())

/** The names of fields that the schema of a body knows, at any depth. */
function fieldNames(schema: z.ZodType): string[] {
  const names = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { properties } = value as { properties?: unknown }
    if (typeof properties === 'object' && properties !== null)
      for (const name of Object.keys(properties)) names.add(name)
    for (const inner of Object.values(value)) visit(inner)
  }
  visit(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }))
  return [...names]
}

/** Bodies made of the fields that the operation knows, with values that are often wrong and sometimes right. */
function bodyOf(operation: Operation): fc.Arbitrary<unknown> {
  const names = fieldNames(operation.body)
  const key =
    names.length === 0
      ? fc.string()
      : fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(...names) },
          { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
        )
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      oddValue,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
    ),
  }))
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .array(fc.tuple(key, value), { maxLength: 8 })
        .map((entries) => Object.fromEntries(entries)),
    },
    { weight: 1, arbitrary: value },
  )
}

const pathPart = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.uuid() },
  { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 30 }).map(encodeURIComponent) },
  { weight: 1, arbitrary: fc.constantFrom('%00', '%2e%2e', '%E2%80%AE', "';--") },
)
const headerValue = fc.oneof(
  fc.constantFrom('*', 'W/"1.000"', '"a"', 'abc', '"', ''),
  fc.stringMatching(/^[ -~]{0,20}$/),
)
const request = (operation: Operation) =>
  fc.record({
    part: pathPart,
    query: fc.oneof(
      { weight: 3, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fc.webQueryParameters({ size: 'small' }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          'limit=-1',
          'offset=1e9',
          'limit=10&q=%00',
          'q=%F0%9F%98%80',
          'categories=A,B',
          'full=%',
          'apikey=x',
        ),
      },
    ),
    headers: fc.dictionary(fc.constantFrom('if-match', 'idempotency-key', 'x-other', 'accept'), headerValue, {
      maxKeys: 2,
    }),
    body:
      operation.method === 'GET'
        ? fc.constant(undefined)
        : fc.oneof(
            { weight: 9, arbitrary: bodyOf(operation).map((value) => JSON.stringify(value)) },
            { weight: 1, arbitrary: fc.string() },
          ),
  })

const allowed = new Set([200, 400, 401, 404, 409, 412, 413, 415, 422, 503])

test('whatever is sent to whatever operation, the answer is its own, a clear refusal, or busy: never a fault', async () => {
  const seen = new Set<number>()
  for (const [at, operation] of allOperations.entries()) {
    if (operation.name === 'DeleteProfile') continue
    await fc.assert(
      fc.asyncProperty(request(operation), async ({ part, query, headers, body }) => {
        const name = /\{(\w+)\}/.exec(operation.path)?.[1] ?? ''
        const ids: Record<string, string> = part === undefined ? known.ids : { ...known.ids, [name]: part }
        const address = addressOf(operation, ids)
        const answer = await server.ask(operation.method, query === '' ? address : `${address}?${query}`, {
          headers,
          ...(body === undefined ? {} : { body }),
        })
        seen.add(answer.status)
        expect(allowed, `${operation.name}: ${answer.text.slice(0, 200)}`).toContain(answer.status)
        if (answer.status !== 200 && answer.status !== 412) {
          const { errors } = ErrorBody.parse(answer.body)
          expect(errors.length).toBeGreaterThan(0)
        }
      }),
      { seed: 400 + at, numRuns: operation.method === 'GET' ? 15 : 40 },
    )
  }
  // Requests that were all refused by the first check would prove nothing.
  expect([...seen]).toEqual(expect.arrayContaining([200, 400, 404, 409]))
})

test('a full document with a few places damaged is taken as it is or refused with the places named', async () => {
  const taken = { person: 0, company: 0 }
  for (const [kind, document] of [
    ['person', richPerson],
    ['company', richCompany],
  ] as const) {
    const role = kind === 'person' ? 'INDIVIDUAL_CUSTOMER' : 'COMPANY_CUSTOMER'
    const made = await server.ask<{ id: string }>('POST', '/4.0/profiles', {
      body: { role, collected_data: document },
    })
    expect(made.status, made.text).toBe(200)
    const path = `/4.0/profiles/${made.body.id}/collected_data`
    await fc.assert(
      fc.asyncProperty(damaged(document), async (body) => {
        const answer = await server.ask('POST', path, { body: JSON.stringify(body) })
        expect([200, 400, 409], answer.text.slice(0, 300)).toContain(answer.status)
        if (answer.status === 200) {
          taken[kind] += 1
          expect((await server.ask('GET', path)).text).toBe(answer.text)
        } else
          for (const error of ErrorBody.parse(answer.body).errors)
            expect(error.info).toMatchObject({ pointer: expect.any(String) })
      }),
      { seed: 77, numRuns: 50 },
    )
  }
  expect(Math.min(...Object.values(taken))).toBeGreaterThan(0)
})
