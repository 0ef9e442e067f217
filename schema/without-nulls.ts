import type { z } from 'zod'

type Definition = z.core.$ZodTypes['_zod']['def']

/**
 * Drops `null` where the schema knows a field that may be absent: the contract omits absent values, and some
 * clients write them as null. Fields unknown to the schema, and the elements of arrays, stay as they are.
 * The value is not changed; parts that need no change are not copied.
 */
export function withoutNulls(schema: z.core.$ZodType, value: unknown): unknown {
  const definition = unwrapped(schema)
  if (Array.isArray(value))
    return definition.type === 'array' ? eachElement(definition.element, value) : value
  if (typeof value === 'object' && value !== null) return insideObject(definition, value)
  return value
}

/** The definition beneath `optional`, `nullable`, `default` and `lazy`. */
function unwrapped(schema: z.core.$ZodType): Definition {
  const definition = (schema as z.core.$ZodTypes)._zod.def
  switch (definition.type) {
    case 'optional':
    case 'default':
    case 'nullable':
      return unwrapped(definition.innerType)
    case 'lazy':
      return unwrapped(definition.getter())
    default:
      return definition
  }
}

function eachElement(element: z.core.$ZodType, values: readonly unknown[]): readonly unknown[] {
  const cleaned = values.map((value) => withoutNulls(element, value))
  return cleaned.some((value, index) => value !== values[index]) ? cleaned : values
}

function insideObject(definition: Definition, value: object): unknown {
  switch (definition.type) {
    case 'union': {
      const chosen = definition.options.find((option) => fits(option, definition, value))
      return chosen === undefined ? value : withoutNulls(chosen, value)
    }
    case 'object':
      return eachField(value, (key) =>
        Object.hasOwn(definition.shape, key) ? definition.shape[key] : undefined,
      )
    case 'record':
      return eachField(value, () => definition.valueType)
    default:
      return value
  }
}

function eachField(value: object, schemaOf: (key: string) => z.core.$ZodType | undefined): object {
  let changed = false
  const kept: [string, unknown][] = []
  for (const [key, field] of Object.entries(value)) {
    const schema = schemaOf(key)
    const cleaned = schema === undefined ? field : withoutNulls(schema, field)
    if (schema !== undefined && field === null && !takesNull(schema)) {
      changed = true
      continue
    }
    changed ||= cleaned !== field
    kept.push([key, cleaned])
  }
  return changed ? Object.fromEntries(kept) : value
}

function takesNull(schema: z.core.$ZodType): boolean {
  return (schema as z.core.$ZodTypes)._zod.def.type === 'nullable'
}

function fits(option: z.core.$ZodType, union: Definition, value: object): boolean {
  if (!('discriminator' in union) || typeof union.discriminator !== 'string') return false
  const discriminator = union.discriminator
  const given: unknown = Object.entries(value).find(([key]) => key === discriminator)?.[1]
  return typeof given === 'string' && option._zod.propValues?.[discriminator]?.has(given) === true
}
