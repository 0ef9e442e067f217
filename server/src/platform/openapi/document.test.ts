import { readFileSync } from 'node:fs'
import { allOperations } from '@drawbridge/schema/all-operations.ts'
import { anyEntityData } from '@drawbridge/schema/arbitrary.test-kit.ts'
import { EntityData } from '@drawbridge/schema/collected-data.ts'
import { operation } from '@drawbridge/schema/operation.ts'
import { Validator } from '@seriousme/openapi-schema-validator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openApiDocument } from './index.ts'
import { isObject, type JsonObject } from './json-schema.ts'
import { replyMatches } from './reply-matches.test-kit.ts'
import { documentPlace, writtenDocument } from './write-document.ts'

const info = { title: 'Test', version: '4.0', serverUrl: '/' }
const document = openApiDocument(allOperations, info)
const id = '0d3a8f6e-5f5e-4a0d-9a51-2d7b1c3e4f50'

function statusesOf(name: string): string[] {
  const found = operations(document).find((one) => one.operationId === name)
  return isObject(found?.responses) ? Object.keys(found.responses).filter((status) => status < '500') : []
}

function operations(of: JsonObject): JsonObject[] {
  const paths = isObject(of.paths) ? Object.values(of.paths) : []
  return paths.flatMap((path) => (isObject(path) ? Object.values(path).filter(isObject) : []))
}

/** Every value of the document with the names that lead to it. */
function* walk(value: unknown, names: string[] = []): Generator<[string[], unknown]> {
  yield [names, value]
  if (typeof value !== 'object' || value === null) return
  for (const [name, part] of Object.entries(value)) yield* walk(part, [...names, name])
}

describe('the document of all operations', () => {
  test('is a valid OpenAPI 3.1 document', async () => {
    const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)))
    expect(errors ?? []).toStrictEqual([])
    expect(valid).toBe(true)
  })

  test('shows every operation once, and every reference leads somewhere', () => {
    expect(
      operations(document)
        .map((one) => one.operationId)
        .sort(),
    ).toStrictEqual(allOperations.map(({ name }) => name).sort())
    const refs = [...walk(document)]
      .filter(([names]) => names.at(-1) === '$ref')
      .map(([, ref]) => String(ref))
    expect(refs.length).toBeGreaterThan(100)
    for (const ref of new Set(refs)) {
      const target = ref
        .slice(2)
        .split('/')
        .reduce<unknown>((at, name) => Reflect.get(Object(at), name), document)
      expect(target, ref).toBeDefined()
    }
  })

  test('has no doubled component, no endless pattern, and forbids no field that may be added', () => {
    const schemas = isObject(document.components) ? Object.keys(document.components.schemas ?? {}) : []
    expect(schemas).toContain('ProfileResource')
    expect(schemas.filter((name) => /(Input|Output|\d)$/.test(name))).toStrictEqual([])
    for (const [names, value] of walk(document)) {
      if (names.at(-1) === 'pattern') expect(String(value).length).toBeLessThan(100)
      if (names.at(-1) === 'additionalProperties') expect(value).not.toBe(false)
    }
  })

  test('is the one in docs/api; `npm run openapi -w server` writes it anew', () => {
    expect(readFileSync(documentPlace, 'utf8')).toBe(writtenDocument())
  })

  test.each([
    ['WhoAmI', ['200', '401', '403', '429']],
    ['GetProfile', ['200', '400', '401', '403', '404', '429']],
    ['ListProfiles', ['200', '400', '401', '403', '429']],
    ['RemoveTag', ['200', '400', '401', '403', '404', '409', '422', '429']],
    ['AddFile', ['200', '400', '401', '403', '404', '408', '409', '413', '415', '422', '429']],
    ['CreateProfile', ['200', '400', '401', '403', '408', '409', '413', '415', '422', '429']],
    [
      'ReplaceCollectedData',
      ['200', '400', '401', '403', '404', '408', '409', '412', '413', '415', '422', '429'],
    ],
  ])('%s is documented with the statuses that it can answer, and no other', (name, statuses) => {
    expect(statusesOf(name)).toStrictEqual(statuses)
  })

  test('any collected data that the schema takes, the document takes too', () => {
    fc.assert(
      fc.property(anyEntityData, (given) => {
        const taken = EntityData.parse(given)
        const role = taken.entity_type === 'COMPANY' ? 'COMPANY_CUSTOMER' : 'INDIVIDUAL_CUSTOMER'
        expect(replyMatches(document, 'GetProfile', 200, { id, role, collected_data: taken })).toStrictEqual(
          [],
        )
      }),
      { numRuns: 50 },
    )
  })
})

describe('a reply that is checked against the document', () => {
  const tag = { id, name: 'VIP', is_automatic: false }

  test('fits when it is as promised, also with fields that were added', () => {
    expect(replyMatches(document, 'AddTag', 200, tag)).toStrictEqual([])
    expect(replyMatches(document, 'AddTag', 200, { ...tag, colour: 'red' })).toStrictEqual([])
    expect(replyMatches(document, 'AddTag', 404, { errors: [{ code: 201, info: {} }] })).toStrictEqual([])
    expect(replyMatches(document, 'GetProfileStatus', 200, 'NORMAL')).toStrictEqual([])
  })

  test.each([
    ['a field of another kind', 'AddTag', 200, { ...tag, name: 7 }, '/name'],
    ['a missing field', 'AddTag', 200, { id }, 'name'],
    ['a value that does not exist', 'GetProfileStatus', 200, 'SLEEPING', 'allowed'],
    ['a fault in a list', 'SearchTags', 200, [tag, { ...tag, id: 'x' }], '/1/id'],
    ['a refusal of another shape', 'AddTag', 404, { error: 'no' }, 'errors'],
    [
      'a stale document without its kind',
      'ReplaceCollectedData',
      412,
      { customer_ref: 'x' },
      'ReplaceCollectedData 412',
    ],
    ['a status that was not promised', 'AddTag', 418, {}, 'without a status 418'],
    ['an operation that does not exist', 'BrewTea', 200, {}, 'not in the document'],
  ])('%s is named', (_what, name, status, body, words) => {
    expect(replyMatches(document, name, status, body).join('\n')).toContain(words)
  })
})

test('a name that would mean two things is refused instead of doubled', () => {
  const once = z.object({ name: z.string() }).meta({ id: 'Thing' })
  const again = z.object({ name: z.number() }).meta({ id: 'Other' })
  const get = (name: string, output: z.ZodType) =>
    operation({ name, summary: name, method: 'GET', path: `/4.0/${name}`, may: 'PUBLIC', output })
  z.globalRegistry.remove(again)
  const twice = again.meta({ id: 'Thing' })
  expect(() => openApiDocument([get('one', once)], info)).not.toThrow()
  expect(() => openApiDocument([get('one', once), get('two', twice)], info)).toThrow('Thing means two things')
})
