import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isNode, LineCounter, parseDocument } from 'yaml'
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
  const parsed = Settings.safeParse(document.toJS())
  if (!parsed.success) {
    throw new ProjectFileError(
      parsed.error.issues.map((issue) => at(issue.path.filter(isPlace), issue.message)).join('\n'),
    )
  }
  return {
    path,
    settings: parsed.data,
    located: (error) => new ProjectFileError(at(error.path, error.message)),
  }
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
