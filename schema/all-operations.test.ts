import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { allOperations } from './all-operations.ts'
import { capabilities } from './capability.ts'
import { NoFields, Nothing } from './operation.ts'

function jsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  return z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
}

describe.each(allOperations.map((operation) => [operation.name, operation] as const))(
  '%s',
  (_name, operation) => {
    test('can be printed as JSON Schema: parameters, query, body, reply', () => {
      expect(jsonSchema(operation.params, 'input')).toHaveProperty('type', 'object')
      expect(jsonSchema(operation.query, 'input')).toHaveProperty('type', 'object')
      expect(Object.keys(jsonSchema(operation.output, 'output')).length).toBeGreaterThan(1)
      if (operation.body !== Nothing) {
        expect(Object.keys(jsonSchema(operation.body, 'input')).length).toBeGreaterThan(1)
      }
    })

    test('has a parameter for each name in its path, and no other', () => {
      const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      expect(Object.keys(operation.params.shape)).toStrictEqual(inPath)
    })

    test('takes a body only where it writes, and needs a capability that exists', () => {
      expect(operation.body === Nothing || operation.method === 'POST').toBe(true)
      expect(Object.keys(capabilities)).toContain(operation.may)
    })
  },
)

test('no two operations share a name, nor a method with a path', () => {
  const names = allOperations.map((operation) => operation.name)
  const places = allOperations.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`)
  expect(new Set(names).size).toBe(names.length)
  expect(new Set(places).size).toBe(places.length)
})

test('only collected_data and the draft of a policy have an ETag; only uploads take large bodies', () => {
  const named = (chosen: (operation: (typeof allOperations)[number]) => boolean) =>
    allOperations.filter(chosen).map((operation) => operation.name)
  expect(named((operation) => operation.etag)).toStrictEqual([
    'GetCollectedData',
    'ReplaceCollectedData',
    'GetPolicyDraft',
    'SavePolicyDraft',
  ])
  expect(named((operation) => operation.size === 'image')).toStrictEqual(['AddDocumentImage'])
  expect(named((operation) => operation.size === 'file')).toStrictEqual(['AddFile'])
})

test('an operation that takes no parameters, query or body takes nothing', () => {
  const whoAmI = allOperations.find((operation) => operation.name === 'WhoAmI')
  expect(whoAmI).toMatchObject({ params: NoFields, query: NoFields, body: Nothing })
})
