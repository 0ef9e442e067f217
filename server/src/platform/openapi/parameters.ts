import type { Operation } from '@drawbridge/schema/operation.ts'
import { z } from 'zod'
import { isObject, type Json, type JsonObject } from './json-schema.ts'

/** The parameters of an operation: path, query, and the headers that it reads. */
export function parametersOf(operation: Operation): JsonObject[] {
  const headers = operation.method === 'GET' ? [] : ['IdempotencyKey']
  if (takesIfMatch(operation)) headers.unshift('IfMatch')
  return [
    ...fieldsOf(operation.params, 'path'),
    ...fieldsOf(operation.query, 'query'),
    ...headers.map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ]
}

/** Whether the operation changes only what the caller has seen, when asked to. */
export function takesIfMatch(operation: Operation): boolean {
  return operation.etag && operation.method !== 'GET'
}

/** Texts are what a query holds; what they mean is what the operation makes of them. */
function fieldsOf(fields: z.ZodObject, place: 'path' | 'query'): JsonObject[] {
  const meant = propertiesOf(fields, 'output')
  const { required } = z.toJSONSchema(fields, { io: 'input' })
  return Object.entries(meant).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || (required ?? []).includes(name),
    schema,
    ...(isObject(schema) && schema.type === 'array' ? { style: 'form', explode: false } : {}),
  }))
}

function propertiesOf(fields: z.ZodObject, io: 'input' | 'output'): JsonObject {
  const written: Json = JSON.parse(JSON.stringify(z.toJSONSchema(fields, { io, reused: 'inline' })))
  return isObject(written) && isObject(written.properties) ? written.properties : {}
}

/** The header parameters that operations share. */
export const sharedParameters: JsonObject = {
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: false,
    description: 'The ETag that was read, a list of them, or `*`. Another current one is answered 412.',
    schema: { type: 'string' },
    example: 'W/"1579973191.798"',
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      '1 to 255 visible ASCII characters, quoted or bare. The same key with the same request is answered with the first reply, for 30 days; with another request it is answered 422.',
    schema: { type: 'string', minLength: 1, maxLength: 512 },
    example: '"onboarding-4711"',
  },
}
