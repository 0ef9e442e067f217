import { z } from 'zod'

/** A JSON Schema (2020-12) or any part of the document that holds it. */
export type Json = null | boolean | number | string | Json[] | JsonObject
/** An object of JSON. */
export interface JsonObject {
  [name: string]: Json
}

const prefix = '#/components/schemas/'

/** The schemas that have a name, each written once, however many operations show it. */
export class Components {
  readonly schemas = new Map<string, JsonObject>()

  /**
   * A schema as JSON Schema, as it is sent (`input`) or received (`output`); named parts become references. Throws
   * where the same name would mean two different things, since one would have to be doubled.
   */
  add(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const written = open(z.toJSONSchema(schema, { io, target: 'draft-2020-12' }))
    const { $schema: _dialect, $defs, ...own } = isObject(written) ? written : {}
    for (const [name, definition] of Object.entries($defs ?? {})) {
      if (isObject(definition)) this.#keep(name, definition)
    }
    return own
  }

  #keep(name: string, definition: JsonObject): void {
    const { id: _name, ...kept } = definition
    const before = this.schemas.get(name)
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(kept))
      throw new Error(`The schema ${name} means two things: one as it is sent, another as it is received`)
    this.schemas.set(name, kept)
  }

  /** All of them, by name. */
  toJson(): JsonObject {
    return Object.fromEntries([...this.schemas].sort(([one], [other]) => (one < other ? -1 : 1)))
  }
}

/**
 * The same schema for readers who must expect more: fields may be added without notice (API 4.0, "Versioning"), so
 * none is forbidden; what allows everything is not said; references point to the components.
 */
function open(value: unknown): Json {
  if (Array.isArray(value)) return value.map(open)
  if (typeof value !== 'object' || value === null) return value as Json
  const entries = Object.entries(value)
    .filter(([name, part]) => !(name === 'additionalProperties' && (part === false || isEmpty(part))))
    .filter(([name, part]) => !(name === 'properties' && isEmpty(part)))
    .map(([name, part]): [string, Json] =>
      name === '$ref' ? [name, String(part).replace('#/$defs/', prefix)] : [name, open(part)],
    )
  return Object.fromEntries(entries)
}

function isEmpty(part: unknown): boolean {
  return typeof part === 'object' && part !== null && Object.keys(part).length === 0
}

/** Whether it is an object with names, not a list. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
