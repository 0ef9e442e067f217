import { createHash } from 'node:crypto'
import { schemaBlock, schemaSection, typeWords } from './docs-schema.ts'
import { Html, html } from './html.ts'
import { isObject, type Json, type JsonObject } from './json-schema.ts'

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 65%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem 1.25rem 4rem; overflow-wrap: break-word }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
th code { overflow-wrap: break-word }
td:last-child { min-width: 8rem; overflow-wrap: anywhere }
h2 { margin-top: 3rem }
article, main > section { border-top: 1px solid var(--line); padding: .5rem 0 1rem }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top }
thead th { color: var(--soft); font-weight: 400 }
tbody th { font-weight: 600; width: min(14rem, 35%) }
td p, td ul { margin: 0 }
nav { display: grid; gap: 0 2rem; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)) }
nav h2 { font-size: 1rem; margin: 1rem 0 0 }
nav ul { list-style: none; margin: 0; padding: 0 }
small { color: var(--soft) }
:target { outline: 2px solid; outline-offset: 6px }
`

/**
 * What the page needs and no more: its own style. It has no script, no image and no font, so it works without any
 * network and nothing that is put into it could run.
 */
export const docsPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

interface Shown {
  method: string
  path: string
  operation: JsonObject
}

/** An OpenAPI document of ours as one page to read, print and search: every operation, every schema. */
export function docsPage(document: JsonObject): string {
  const info = object(document.info)
  const shown = operationsOf(document)
  const { schemas, parameters, responses } = object(document.components)
  const shared = { parameters: object(parameters), responses: object(responses) }
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(info.title)}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header><h1>${text(info.title)} ${text(info.version)}</h1>
<p>${prose(info.description)} The same for machines: <a href="/openapi.json">openapi.json</a>.</p></header>
<nav aria-label="Operations">${linksByTag(shown)}</nav>
<main><h2>Operations</h2>${shown.map((one) => operationArticle(one, shared))}
<h2>Schemas</h2>${Object.entries(object(schemas)).map(([name, schema]) => schemaSection(name, object(schema)))}
</main>
</body>
</html>
`
  return page.text
}

function operationsOf(document: JsonObject): Shown[] {
  return Object.entries(object(document.paths)).flatMap(([path, methods]) =>
    Object.entries(object(methods)).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation: object(operation),
    })),
  )
}

function linksByTag(shown: readonly Shown[]): Html[] {
  const groups = Map.groupBy(shown, ({ operation }) => text(list(operation.tags)[0]))
  return [...groups].map(
    ([tag, members]) =>
      html`<section><h2>${tag.replaceAll('_', ' ')}</h2><ul>${members.map(link)}</ul></section>`,
  )
}

function link({ operation }: Shown): Html {
  const name = text(operation.operationId)
  return html`<li><a href="#${name}">${name}</a></li>`
}

interface Shared {
  parameters: JsonObject
  responses: JsonObject
}

function operationArticle({ method, path, operation }: Shown, shared: Shared): Html {
  return html`<article id="${text(operation.operationId)}"><h3>${text(operation.operationId)}</h3>
<p><code>${method} ${path}</code></p>
<p>${prose(operation.summary)}. ${prose(operation.description)}</p>
${parametersTable(list(operation.parameters).map((parameter) => follow(parameter, shared.parameters)))}
${requestBody(object(operation.requestBody))}
${responsesTable(object(operation.responses), shared.responses)}</article>`
}

function parametersTable(parameters: readonly JsonObject[]): Html {
  if (parameters.length === 0) return new Html('')
  const rows = parameters.map((parameter) => {
    const mark = parameter.required === true ? ', required' : ''
    return html`<tr><th scope="row"><code>${text(parameter.name)}</code></th><td>${text(parameter.in)}${mark}</td><td>${prose(parameter.description)} ${typeWords(object(parameter.schema))}</td></tr>`
  })
  return html`<h4>Parameters</h4><table><thead><tr><th scope="col">Name</th><th scope="col">Where</th><th scope="col">What</th></tr></thead><tbody>${rows}</tbody></table>`
}

function requestBody(body: JsonObject): Html {
  if (body.content === undefined) return new Html('')
  const mark = body.required === true ? 'Required. ' : ''
  return html`<h4>Body</h4><p>${mark}${prose(body.description)}</p>${schemaBlock(schemaIn(body))}`
}

function responsesTable(responses: JsonObject, shared: JsonObject): Html {
  const rows = Object.entries(responses).map(([status, response]) => {
    const said = follow(response, shared)
    const headers = Object.keys(object(said.headers)).join(', ')
    const withHeaders = headers === '' ? '' : html` <small>Headers: ${headers}.</small>`
    return html`<tr><th scope="row">${status}</th><td>${prose(said.description)}${withHeaders}</td><td>${schemaBlock(schemaIn(said))}</td></tr>`
  })
  return html`<h4>Replies</h4><table><thead><tr><th scope="col">Status</th><th scope="col">When</th><th scope="col">Body</th></tr></thead><tbody>${rows}</tbody></table>`
}

function schemaIn(place: JsonObject): JsonObject {
  return object(object(object(place.content)['application/json']).schema)
}

/** The thing itself, or the shared one that it refers to. */
function follow(place: Json, shared: JsonObject): JsonObject {
  const { $ref } = object(place)
  return typeof $ref === 'string' ? object(shared[$ref.split('/').at(-1) ?? '']) : object(place)
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

/** Words, where what stands between backticks is code. */
function prose(value: Json | undefined): Html[] {
  return text(value)
    .split('`')
    .map((part, place) => (place % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
