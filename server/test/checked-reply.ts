import { allOperations } from '@drawbridge/schema/all-operations.ts'
import { openApiDocument } from '../src/platform/openapi/index.ts'
import { replyMatches } from '../src/platform/openapi/reply-matches.test-kit.ts'

const document = openApiDocument(allOperations, { title: 'Under test', version: '4.0', serverUrl: '/' })

const patterns = allOperations.map((operation) => ({
  operation,
  pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}))

/** What the HTTP server answers by itself, before an operation is reached. */
const beforeOperations = new Set([405, 431])

/** Throws when a reply is not as the OpenAPI document says; an address without an operation is not looked at. */
export function assertDocumented(method: string, address: string, status: number, body: unknown): void {
  const path = address.split('?')[0] ?? ''
  const found = patterns.find(({ operation, pattern }) => operation.method === method && pattern.test(path))
  if (!found || beforeOperations.has(status)) return
  const faults = replyMatches(document, found.operation.name, status, body)
  if (faults.length > 0) throw new Error(`The reply is not as documented:\n${faults.join('\n')}`)
}
