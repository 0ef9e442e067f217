import { Html, html } from './html.ts'
import { isObject, type Json, type JsonObject } from './json-schema.ts'

const prefix = '#/components/schemas/'

/** A named schema as a section of its own, which other places link to. */
export function schemaSection(name: string, schema: JsonObject): Html {
  return html`<section id="schema-${name}"><h3>${name}</h3>${schemaBlock(schema)}</section>`
}

/** A schema where it is used: a link, a line of words, or a table of fields. */
export function schemaBlock(schema: JsonObject): Html {
  const fields = fieldsOf(schema)
  if (Object.keys(fields).length === 0) return html`<p>${typeWords(schema)}</p>`
  const required = listOf(schema.required)
  const rows = Object.entries(fields).map(([name, field]) => row(name, field, required.includes(name)))
  return html`<table><thead><tr><th scope="col">Field</th><th scope="col">What it holds</th></tr></thead><tbody>${rows}</tbody></table>`
}

function row(name: string, field: JsonObject, isRequired: boolean): Html {
  const mark = isRequired ? html` <small>required</small>` : ''
  const nested = nestedFields(field)
  const inside =
    nested === undefined ? '' : html`<details><summary>its fields</summary>${schemaBlock(nested)}</details>`
  return html`<tr><th scope="row"><code>${name}</code>${mark}</th><td>${typeWords(field)}${inside}</td></tr>`
}

function fieldsOf(schema: JsonObject): Record<string, JsonObject> {
  const { properties } = schema
  if (!isObject(properties)) return {}
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, JsonObject] => isObject(entry[1])),
  )
}

/** The object whose fields stand inside this one, directly or as the entries of a list. */
function nestedFields(schema: JsonObject): JsonObject | undefined {
  const inner = isObject(schema.items) ? schema.items : schema
  return Object.keys(fieldsOf(inner)).length > 0 ? inner : undefined
}

/** What a schema allows, in words; named schemas as links. */
export function typeWords(schema: JsonObject): Html {
  if (typeof schema.$ref === 'string') {
    const name = schema.$ref.replace(prefix, '')
    return html`<a href="#schema-${name}">${name}</a>`
  }
  const branches = [schema.anyOf, schema.oneOf].flat().filter((branch) => isObject(branch))
  if (branches.length > 0) return join(branches.map(typeWords), ' or ')
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`
  if (Array.isArray(schema.enum))
    return html`one of ${join(
      schema.enum.map((value) => html`<code>${String(value)}</code>`),
      ', ',
    )}`
  if (isObject(schema.items)) return html`list of ${typeWords(schema.items)}${limits(schema)}`
  if (isIdPattern(schema.pattern)) return html`id, a UUID`
  return html`${String(schema.type ?? 'anything')}${limits(schema)}`
}

/** The pattern of an id says in ninety characters what everybody knows by its name. */
function isIdPattern(pattern: Json | undefined): boolean {
  return typeof pattern === 'string' && /^\^\[[a-fA-F0-9-]+\]\{8\}-.*\{12\}\$$/.test(pattern)
}

const limitWords: readonly [string, string][] = [
  ['minimum', 'from'],
  ['maximum', 'to'],
  ['minLength', 'least characters:'],
  ['maxLength', 'most characters:'],
  ['maxItems', 'most entries:'],
  ['pattern', 'like'],
  ['default', 'unless given:'],
]

function limits(schema: JsonObject): Html {
  const found = limitWords
    .filter(
      ([name]) => schema[name] !== undefined && Math.abs(Number(schema[name])) !== Number.MAX_SAFE_INTEGER,
    )
    .map(([name, words]) => html`${words} <code>${String(schema[name])}</code>`)
  return found.length === 0 ? new Html('') : html`, ${join(found, ', ')}`
}

function join(parts: readonly Html[], between: string): Html {
  return new Html(parts.map(({ text }) => text).join(between))
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}
