import { createHash } from 'node:crypto'
import { allOperations } from '@drawbridge/schema/all-operations.ts'
import { operation } from '@drawbridge/schema/operation.ts'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { docsRoutes, openApiDocument } from './index.ts'

const info = { title: 'Test', version: '4.0', serverUrl: '/' }

function pageOf(operations: typeof allOperations) {
  const page = docsRoutes(openApiDocument(operations, info)).find(({ path }) => path === '/docs')
  return { body: page?.body ?? '', policy: page?.headers['content-security-policy'] ?? '' }
}

test('the page shows every operation, and every link within it leads somewhere', () => {
  const { body } = pageOf(allOperations)
  for (const { name } of allOperations) expect(body).toContain(`<article id="${name}">`)
  const targets = new Set([...body.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]))
  const links = [...body.matchAll(/href="#([^"]+)"/g)].map((match) => match[1])
  expect(links.length).toBeGreaterThan(100)
  expect(links.filter((link) => !targets.has(link))).toStrictEqual([])
})

test('the page needs no network and no script, and its policy allows exactly its style', () => {
  const { body, policy } = pageOf(allOperations)
  expect(body).not.toMatch(/<(script|img|link|iframe)|@import|url\(| style=| on\w+=/)
  const hrefs = [...body.matchAll(/href="([^#"]*)/g)].map((match) => match[1]).filter((href) => href !== '')
  expect(new Set(hrefs)).toStrictEqual(new Set(['/openapi.json']))
  const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? ''
  expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`)
  expect(policy).toContain("default-src 'none'")
})

test('words of an operation are text, never markup', () => {
  const summary = 'Gets <script>alert("x")</script> & more'
  const odd = operation({
    name: 'Odd',
    summary,
    method: 'GET',
    path: '/4.0/odd',
    may: 'PUBLIC',
    output: z.object({}),
  })
  const { body } = pageOf([odd])
  expect(body).not.toContain('<script>')
  expect(body).toContain('&#60;script&#62;')
})

test('the document for machines is served beside the page', () => {
  const document = openApiDocument(allOperations, info)
  const served = docsRoutes(document).find(({ path }) => path === '/openapi.json')
  expect(JSON.parse(served?.body ?? '')).toStrictEqual(document)
  expect(served?.type).toMatch(/^application\/json/)
})
