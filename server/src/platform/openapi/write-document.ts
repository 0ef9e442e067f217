import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { allOperations } from '@drawbridge/schema/all-operations.ts'
import { openApiDocument } from './document.ts'

/** Where the document of all operations is kept for those who read it without a server. */
export const documentPlace = path.resolve(import.meta.dirname, '../../../../docs/api/openapi.json')

/** The document of all operations as the file holds it. */
export function writtenDocument(): string {
  const info = { title: 'Drawbridge API', version: '4.0', serverUrl: '/' }
  return `${JSON.stringify(openApiDocument(allOperations, info), null, 2)}\n`
}

if (import.meta.main) {
  mkdirSync(path.dirname(documentPlace), { recursive: true })
  writeFileSync(documentPlace, writtenDocument())
}
