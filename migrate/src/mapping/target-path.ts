import { MappingError } from './mapping-fault.ts'

/** A place in a document: names and list positions. */
export type TargetPath = readonly (string | number)[]

/** Values as JSON has them. */
export type Json = Record<string, unknown>

const segment = /^([A-Za-z_][A-Za-z0-9_-]*)((?:\[\d{1,3}\])*)$/u

/** Reads `metadata.addresses[0].address.country`. `at` is the place in the project file, for the message. */
export function parseTargetPath(text: string, at: readonly (string | number)[]): TargetPath {
  return text.split('.').flatMap((part) => {
    const [, name, indexes = ''] = segment.exec(part) ?? []
    if (name === undefined || name === '__proto__') {
      throw new MappingError(
        at,
        `"${text}" is not a target path: write names with dots between, [0] for the first of a list`,
      )
    }
    return [name, ...[...indexes.matchAll(/\d+/gu)].map(([digits]) => Number(digits))]
  })
}

/**
 * Sets a value at a place and makes the objects and lists on the way. Only what the document itself has is walked and
 * written: a name such as `constructor` or `__proto__` is a field like any other (ASVS 15.3.6).
 */
export function setAt(document: Json, path: TargetPath, value: unknown): void {
  let holder: Json = document
  path.forEach((key, index) => {
    if (index === path.length - 1) {
      own(holder, key, value)
      return
    }
    if (!Object.hasOwn(holder, key) || holder[key] === undefined || holder[key] === null)
      own(holder, key, typeof path[index + 1] === 'number' ? [] : {})
    // A list is used as an object with numbers for keys; both are made right above.
    holder = holder[key] as Json
  })
}

/** Plain assignment, but for names that objects inherit, where it would write elsewhere. */
function own(holder: Json, key: string | number, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true })
  else holder[key] = value
}

/** The value at a place, or undefined. */
export function valueAt(document: unknown, path: TargetPath): unknown {
  let value = document
  for (const key of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined
    value = (value as Json)[key]
  }
  return value
}

/** A place as messages write it: `address_history[0].address.country`. */
export function showPath(path: readonly (string | number | symbol)[]): string {
  return path.reduce<string>(
    (shown, key) =>
      typeof key === 'number' ? `${shown}[${key}]` : shown === '' ? String(key) : `${shown}.${String(key)}`,
    '',
  )
}
