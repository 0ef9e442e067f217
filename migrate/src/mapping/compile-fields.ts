import { type CompiledField, compileField } from './compile-field.ts'
import type { Fields } from './settings.ts'
import { type Json, parseTargetPath, setAt, type TargetPath, valueAt } from './target-path.ts'

/** Builds a document from one row; throws MappingFault for a value that cannot be carried over. */
export type DocumentBuilder = (values: readonly string[]) => Json

type Setter = (document: Json, values: readonly string[]) => void

/**
 * Binds a map of target paths to a header. Constants come last, and a constant inside an entry of a list is set
 * only where the row gave the entry another value: no row gets an address that is nothing but a type.
 */
export function compileFields(
  fields: Fields,
  header: readonly string[],
  at: readonly (string | number)[],
): { build: DocumentBuilder; columns: number[] } {
  const fromRow: Setter[] = []
  const constants: Setter[] = []
  const columns: number[] = []
  for (const [target, field] of Object.entries(fields)) {
    const here = [...at, target]
    const path = parseTargetPath(target, here)
    if (typeof field === 'object' && 'key' in field) {
      const key = compileField(field.key, header, [...here, 'key'])
      const value = compileField(field.value, header, [...here, 'value'])
      columns.push(...key.columns, ...value.columns)
      fromRow.push(entrySetter(path, key, value))
      continue
    }
    const compiled = compileField(field, header, here)
    columns.push(...compiled.columns)
    if (compiled.columns.length > 0) fromRow.push(fieldSetter(path, compiled))
    else constants.push(constantSetter(path, compiled))
  }
  const setters = [...fromRow, ...constants]
  const withGaps = Object.keys(fields).some((target) => /\[[1-9]/u.test(target))
  return {
    columns,
    build: (values) => {
      const document: Json = {}
      for (const set of setters) set(document, values)
      return withGaps ? closeGaps(document) : document
    },
  }
}

function fieldSetter(path: TargetPath, field: CompiledField): Setter {
  return (document, values) => {
    const value = field.read(values)
    if (value !== undefined) setAt(document, path, value)
  }
}

function entrySetter(path: TargetPath, key: CompiledField, value: CompiledField): Setter {
  return (document, values) => {
    const found = value.read(values)
    if (found === undefined) return
    const name = key.read(values)
    if (name !== undefined) setAt(document, [...path, String(name)], found)
  }
}

function constantSetter(path: TargetPath, field: CompiledField): Setter {
  const entry = path.slice(0, path.findLastIndex((key) => typeof key === 'number') + 1)
  return (document, values) => {
    if (entry.length === 0 || valueAt(document, entry) !== undefined)
      setAt(document, path, field.read(values))
  }
}

/** Lists without the entries that the row gave no value. */
function closeGaps(document: Json): Json {
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, closed(value)]))
}

function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((entry) => entry !== undefined).map(closed)
  return typeof value === 'object' && value !== null ? closeGaps(value as Json) : value
}
