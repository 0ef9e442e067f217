import { createHash } from 'node:crypto'
import { schemaBlock, schemaSection, typeWords } from './docs-schema.ts'
import { Html, html } from './html.ts'
import { isObject, type Json, type JsonObject } from './json-schema.ts'

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 64rem; padding: 1rem }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
section, article { border-top: 1px solid var(--line); padding: .5rem 0 }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top }
nav ul { columns: 20rem; padding-left: 1.2rem }
:target { outline: 2px solid; outline-offset: 4px }
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
<p>${text(info.description)} The same for machines: <a href="/openapi.json">openapi.json</a>.</p></header>
<nav aria-label="Operations"><ul>${shown.map(link)}</ul></nav>
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

function link({ method, path, operation }: Shown): Html {
  return html`<li><a href="#${text(operation.operationId)}">${method} ${path}</a></li>`
}

interface Shared {
  parameters: JsonObject
  responses: JsonObject
}

function operationArticle({ method, path, operation }: Shown, shared: Shared): Html {
  return html`<article id="${text(operation.operationId)}"><h3>${text(operation.operationId)}</h3>
<p><code>${method} ${path}</code></p>
<p>${text(operation.summary)}. ${text(operation.description)}</p>
${parametersTable(list(operation.parameters).map((parameter) => follow(parameter, shared.parameters)))}
${requestBody(object(operation.requestBody))}
${responsesTable(object(operation.responses), shared.responses)}</article>`
}

function parametersTable(parameters: readonly JsonObject[]): Html {
  if (parameters.length === 0) return new Html('')
  const rows = parameters.map((parameter) => {
    const mark = parameter.required === true ? ', required' : ''
    return html`<tr><th scope="row"><code>${text(parameter.name)}</code></th><td>${text(parameter.in)}${mark}</td><td>${text(parameter.description)} ${typeWords(object(parameter.schema))}</td></tr>`
  })
  return html`<h4>Parameters</h4><table><thead><tr><th scope="col">Name</th><th scope="col">Where</th><th scope="col">What</th></tr></thead><tbody>${rows}</tbody></table>`
}

function requestBody(body: JsonObject): Html {
  if (body.content === undefined) return new Html('')
  const mark = body.required === true ? 'Required. ' : ''
  return html`<h4>Body</h4><p>${mark}${text(body.description)}</p>${schemaBlock(schemaIn(body))}`
}

function responsesTable(responses: JsonObject, shared: JsonObject): Html {
  const rows = Object.entries(responses).map(([status, response]) => {
    const said = follow(response, shared)
    const headers = Object.keys(object(said.headers)).join(', ')
    const withHeaders = headers === '' ? '' : html` <small>Headers: ${headers}.</small>`
    return html`<tr><th scope="row">${status}</th><td>${text(said.description)}${withHeaders}</td><td>${schemaBlock(schemaIn(said))}</td></tr>`
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

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
