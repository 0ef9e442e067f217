import { docsPage, docsPolicy } from './docs-page.ts'
import type { JsonObject } from './json-schema.ts'

/** One fixed page of the server, open to everyone: what it describes is public. */
export interface DocsRoute {
  readonly path: string
  /** Its Content-Type. */
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** `/openapi.json` and `/docs`, ready to be sent with GET. The strict Content-Security-Policy belongs to the page. */
export function docsRoutes(document: JsonObject): readonly DocsRoute[] {
  return [
    {
      path: '/openapi.json',
      type: 'application/json; charset=utf-8',
      headers: {},
      body: JSON.stringify(document),
    },
    {
      path: '/docs',
      type: 'text/html; charset=utf-8',
      headers: { 'content-security-policy': docsPolicy },
      body: docsPage(document),
    },
  ]
}
