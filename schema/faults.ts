import type { z } from 'zod'

/** One fault of a request: which field (an RFC 6901 pointer into what was parsed, '' is the whole) and what to do. */
export interface Fault {
  readonly reason: 'request.missing-field' | 'request.invalid-field'
  readonly pointer: string
  /** Plain words for the caller. It never repeats a value that was sent, so that it may be logged. */
  readonly message: string
}

/** The most faults that one refusal lists. */
export const faultsMax = 100

type Issue = z.core.$ZodIssue

/**
 * What is wrong with a request, one entry for each field, in the order found. `input` is the value that was
 * parsed; with it a field that is null or not there is told apart from one of the wrong kind.
 */
export function faultsOf(error: z.ZodError, input?: unknown): Fault[] {
  const byPointer = new Map<string, Fault>()
  for (const fault of error.issues.flatMap((issue) => faultsOfIssue(issue, [], input))) {
    if (!byPointer.has(fault.pointer)) byPointer.set(fault.pointer, fault)
  }
  return [...byPointer.values()].slice(0, faultsMax)
}

/** An RFC 6901 pointer: `/collected_data/personal_details/dob`; the empty path is the empty pointer. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function faultsOfIssue(issue: Issue, above: readonly PropertyKey[], input: unknown): Fault[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return faultsOfUnion(issue, path, input)
  }
  if (isMissing(issue, path, input)) {
    const expected = expectedOf(issue)
    const message = expected === '' ? `${nameOf(path)} is missing` : `${nameOf(path)} is missing: ${expected}`
    return [{ reason: 'request.missing-field', pointer: pointerTo(path), message }]
  }
  return [
    {
      reason: 'request.invalid-field',
      pointer: pointerTo(path),
      message: `${nameOf(path)} ${wordsFor(issue)}`,
    },
  ]
}

/** Of a union without discriminator: the kinds it takes, or the faults of the branch that came furthest. */
function faultsOfUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly PropertyKey[],
  input: unknown,
): Fault[] {
  const deep = issue.errors.filter((branch) => branch.every((inner) => inner.path.length > 0))
  const nearest = deep.toSorted((one, other) => one.length - other.length)[0]
  if (nearest !== undefined) return nearest.flatMap((inner) => faultsOfIssue(inner, path, input))
  const branches = issue.errors.flatMap((branch) => branch.slice(0, 1))
  const kindsOnly = branches.every((inner) => inner.code === 'invalid_type')
  const message = kindsOnly
    ? `must be ${listed([...new Set(branches.map((inner) => kind(inner.expected)))])}`
    : (branches.map(wordsFor).find((words) => !words.startsWith('must be a list')) ?? 'is not allowed')
  return [
    { reason: 'request.invalid-field', pointer: pointerTo(path), message: `${nameOf(path)} ${message}` },
  ]
}

function isMissing(issue: Issue, path: readonly PropertyKey[], input: unknown): boolean {
  if (issue.code === 'custom') return issue.message.startsWith('must be there')
  if (!['invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code)) return false
  if (input === undefined) return issue.message.endsWith('received undefined')
  return isAbsent(input, path)
}

/** Whether the path ends at a field that is null or not there. A part that is no object at all is not absence. */
function isAbsent(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input
  for (const part of path) {
    if (value === undefined || value === null) return true
    if (typeof value !== 'object') return false
    value = Object.hasOwn(value, part) ? Reflect.get(value, part) : undefined
  }
  return value === undefined || (value === null && path.length > 0)
}

function nameOf(path: readonly PropertyKey[]): string {
  const last = path.at(-1)
  if (last === undefined) return 'The value'
  return typeof last === 'number'
    ? `Entry ${last} of \`${String(path.at(-2) ?? 'the list')}\``
    : `\`${String(last)}\``
}

function expectedOf(issue: Issue): string {
  if (issue.code === 'custom') return issue.message.replace(/^must be there, /, '')
  const words = wordsFor(issue)
  return words.startsWith('must be ') ? `it ${words}` : ''
}

function wordsFor(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kind(issue.expected)}`
    case 'invalid_value':
      return `must be ${choice(issue.values)}`
    case 'too_big':
      return `is too ${sizeWords(issue.origin, 'long', 'large')}: at most ${issue.maximum} ${unit(issue.origin, issue.maximum)}`.trimEnd()
    case 'too_small':
      return `is too ${sizeWords(issue.origin, 'short', 'small')}: at least ${issue.minimum} ${unit(issue.origin, issue.minimum)}`.trimEnd()
    case 'invalid_union':
      return 'options' in issue && issue.options !== undefined
        ? `must be ${choice(issue.options)}`
        : 'is not allowed'
    case 'invalid_key':
      return `is not an allowed name: ${issue.issues[0]?.message ?? ''}`.replace(/: $/, '')
    case 'unrecognized_keys':
      return 'has fields that are not allowed'
    default:
      return issue.message
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  undefined: 'left out',
}

function kind(expected: string): string {
  return kinds[expected] ?? `a ${expected}`
}

function choice(values: readonly unknown[]): string {
  const words = values.map(String)
  if (words.length === 1) return words[0] ?? ''
  if (words.length > 16) return `one of ${words.length} values, such as ${words.slice(0, 3).join(', ')}`
  return `one of ${words.join(', ')}`
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function sizeWords(origin: string, ofLength: string, ofSize: string): string {
  return origin === 'string' || origin === 'array' ? ofLength : ofSize
}

function unit(origin: string, bound: number | bigint): string {
  if (origin === 'string') return bound === 1 ? 'character' : 'characters'
  if (origin !== 'array') return ''
  return bound === 1 ? 'entry' : 'entries'
}
