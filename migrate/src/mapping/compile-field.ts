import { MappingError, MappingFault } from './mapping-fault.ts'
import type { Field, Step } from './settings.ts'
import { plainSteps, toDate, toPhone, type Value } from './transforms.ts'

/** Reads one value from a row's values; undefined where the source has none. Throws MappingFault. */
export type FieldReader = (values: readonly string[]) => Value | undefined

/** A field made ready for one header. */
export interface CompiledField {
  read: FieldReader
  /** Indexes of the columns it reads; empty for a constant. */
  columns: readonly number[]
}

type Place = readonly (string | number)[]
type StepFunction = (value: Value) => Value

/**
 * Binds a field to the columns of a header. Order within a field: the columns' text is trimmed, empty is absent;
 * `values` looks the text up; then the `transform` steps; `default` where there is nothing. Throws MappingError.
 */
export function compileField(field: Field, header: readonly string[], at: Place): CompiledField {
  if (typeof field === 'string') return simple(columnIndex(field, header, at))
  if ('constant' in field) return { read: () => field.constant, columns: [] }
  const columns =
    'column' in field
      ? [columnIndex(field.column, header, [...at, 'column'])]
      : field.columns.map((name, index) => columnIndex(name, header, [...at, 'columns', index]))
  const names = columns.map((index) => header[index] ?? '').join(', ')
  const lookUp = compileValues(field)
  const steps = (field.transform ?? []).map(compileStep)
  const read: FieldReader = (row) => {
    const source = columns.length === 1 ? text(row, columns[0]) : texts(row, columns)
    try {
      const found = source === undefined || typeof source !== 'string' ? source : lookUp(source)
      const made = found === undefined ? undefined : steps.reduce<Value>((value, step) => step(value), found)
      return isEmpty(made) ? field.default : made
    } catch (error) {
      throw error instanceof MappingFault ? inColumn(error, names) : error
    }
  }
  return { read, columns }
}

/** The place of a column in the header; an unknown name is an error of the project file. */
export function columnIndex(name: string, header: readonly string[], at: Place): number {
  const index = header.indexOf(name)
  if (index === -1) {
    throw new MappingError(at, `the source has no column "${name}". It has: ${header.join(', ')}`)
  }
  return index
}

function simple(index: number): CompiledField {
  return { read: (row) => text(row, index), columns: [index] }
}

function text(row: readonly string[], index: number | undefined): string | undefined {
  const value = index === undefined ? undefined : row[index]?.trim()
  return value === '' ? undefined : value
}

function texts(row: readonly string[], columns: readonly number[]): string[] | undefined {
  const found = columns.map((index) => text(row, index)).filter((value) => value !== undefined)
  return found.length === 0 ? undefined : found
}

function isEmpty(value: Value | undefined): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

function compileValues(
  field: Exclude<Field, string | { constant: unknown }>,
): (source: string) => Value | undefined {
  const { values } = field
  if (values === undefined) return (source) => source
  const table = new Map(Object.entries(values))
  const otherwise = field.otherwise ?? 'unusable'
  return (source) => {
    const found = table.get(source)
    if (found !== undefined) return found ?? undefined
    if (otherwise === 'keep') return source
    if (otherwise === 'omit') return undefined
    throw new MappingFault({
      code: 'UNKNOWN_VALUE',
      reason: `"${source}" is not among the values that the mapping names`,
      suggestion: `Correct it to one of ${[...table.keys()].join(', ')}, or add it under "values"`,
    })
  }
}

function compileStep(step: Step): StepFunction {
  if (typeof step === 'string') return each(plainSteps[step])
  if ('date' in step) return each((value) => toDate(value, step.date))
  if ('phone' in step) return each((value) => toPhone(value, step.phone))
  if ('join' in step) return (value) => (Array.isArray(value) ? value.join(step.join) : value)
  return (value) =>
    typeof value === 'string'
      ? value
          .split(step.split)
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : value
}

/** A step over a text, or over each text of a list. What is no text any more passes unchanged. */
function each(step: (text: string) => Value): StepFunction {
  return (value) => {
    if (typeof value === 'string') return step(value)
    return Array.isArray(value) ? value.map((part) => String(step(part))) : value
  }
}

function inColumn(error: MappingFault, columns: string): MappingFault {
  return new MappingFault({ ...error.fault, reason: `Column ${columns}: ${error.fault.reason}` })
}
