import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import type { MappingError } from './mapping/mapping-fault.ts'
import { Settings } from './mapping/settings.ts'
import { showPath } from './mapping/target-path.ts'

/** The project file cannot be used; the message says where, why and what is expected. */
export class ProjectFileError extends Error {}

/** `migration.yaml`, read and checked. */
export interface ProjectFile {
  path: string
  settings: Settings
  /** Turns an error about a place in the file into one that names file and line. */
  located(error: MappingError): ProjectFileError
}

/** Name of the file that makes a directory a migration project. */
export const projectFileName = 'migration.yaml'

/** Reads the project file of a directory; throws ProjectFileError with every fault on a line of its own. */
export function readProjectFile(directory: string): ProjectFile {
  const path = join(directory, projectFileName)
  const lines = new LineCounter()
  const document = parseDocument(readText(path), { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    throw new ProjectFileError(
      document.errors
        .map((error) => `${path}:${lines.linePos(error.pos[0]).line}: ${error.message}`)
        .join('\n'),
    )
  }
  const lineOf = (place: readonly (string | number)[]): number => {
    for (let length = place.length; length > 0; length -= 1) {
      const node = document.getIn(place.slice(0, length), true)
      if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line
    }
    return 1
  }
  const at = (place: readonly (string | number)[], message: string): string =>
    `${path}:${lineOf(place)}: ${place.length === 0 ? '' : `${showPath(place)}: `}${message}`
  const raw: unknown = document.toJS()
  const parsed = Settings.safeParse(raw)
  if (!parsed.success) {
    const faults = parsed.error.issues.flatMap((issue) => plainFaults(issue, []))
    throw new ProjectFileError(
      faults.map(({ path: place, message }) => at(asWritten(place, raw), message)).join('\n'),
    )
  }
  return {
    path,
    settings: parsed.data,
    located: (error) => new ProjectFileError(at(error.path, error.message)),
  }
}

interface PlacedFault {
  path: (string | number)[]
  message: string
}

/**
 * The faults behind one issue. Of a choice of shapes (a column's name, or columns with steps) the shape is taken
 * that the value comes closest to: the one whose faults all lie inside it.
 */
function plainFaults(issue: z.core.$ZodIssue, before: (string | number)[]): PlacedFault[] {
  const path = [...before, ...issue.path.filter(isPlace)]
  if (issue.code === 'invalid_union') {
    const shapes = issue.errors
      .map((faults) => faults.flatMap((fault) => plainFaults(fault, [])))
      .filter((faults) => faults.every((fault) => fault.path.length > 0))
    const [closest, other] = shapes.sort((one, two) => depth(two) - depth(one))
    const isClear = closest !== undefined && (other === undefined || depth(closest) > depth(other))
    if (isClear) return closest.map((fault) => ({ ...fault, path: [...path, ...fault.path] }))
  }
  return [{ path, message: plainWords(issue) }]
}

/** What the library says in the words of types, said in the words of the file. */
function plainWords(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => `"${key}"`).join(', ')
    return `there is no field ${names} here; docs/guide/migration-file.md lists the fields`
  }
  if (issue.code === 'invalid_type') {
    const kind = { record: 'fields and their values', object: 'fields and their values', array: 'a list' }
    const expected = kind[issue.expected as keyof typeof kind] ?? `a ${issue.expected}`
    return issue.message.endsWith('received undefined') ? 'is missing' : `must be ${expected}`
  }
  if (issue.code === 'invalid_value') return `must be ${issue.values.map(String).join(' or ')}`
  return issue.message
}

function depth(faults: readonly PlacedFault[]): number {
  return Math.min(...faults.map((fault) => fault.path.length))
}

/** A kind that holds one mapping is read as a list of one; the file has no such place. */
function asWritten(place: (string | number)[], raw: unknown): (string | number)[] {
  const [kind, index, ...rest] = place
  if (index !== 0 || kind === undefined) return place
  const held = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[kind] : undefined
  return Array.isArray(held) ? place : [kind, ...rest]
}

function isPlace(key: PropertyKey): key is string | number {
  return typeof key !== 'symbol'
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new ProjectFileError(
      `${path} cannot be read. A migration project is a directory with a ${projectFileName}`,
    )
  }
}
