import { realpathSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { compileDocuments, type DocumentReader } from '../mapping/compile-documents.ts'
import { compileParty, type PartyKind, type PartyReader } from '../mapping/compile-party.ts'
import { compileRelations, type RelationReader } from '../mapping/compile-relations.ts'
import { MappingError } from '../mapping/mapping-fault.ts'
import type { Party, Settings } from '../mapping/settings.ts'
import { parseTargetPath } from '../mapping/target-path.ts'
import { type CsvSource, openCsv } from '../sources/csv-source.ts'
import type { Required } from './minimum.ts'

/** One source file and the mapping bound to it. `file` is as the project file writes it. */
interface OpenSource<K extends string, R> {
  kind: K
  /** Its place among all sources, which the index stores. */
  number: number
  file: string
  path: string
  csv: CsvSource
  reader: R
}

export type PartySource = OpenSource<PartyKind, PartyReader> & { party: Party; required: Required[] }
export type RelationSource = OpenSource<'relations', RelationReader>
export type DocumentSource = OpenSource<'documents', DocumentReader>
export type AnySource = PartySource | RelationSource | DocumentSource

/** All sources of a project, open, in the order in which they are read. */
export interface Sources {
  directory: string
  parties: PartySource[]
  relations: RelationSource[]
  documents: DocumentSource[]
  all: AnySource[]
  close(): void
}

interface Format {
  file: string
  encoding?: Settings['format']['encoding'] | undefined
  delimiter?: string | undefined
  quote?: string | undefined
}

/** Opens every source and binds its mapping; throws MappingError where file and mapping do not fit. */
export function openSources(directory: string, settings: Settings): Sources {
  const opened: CsvSource[] = []
  const close = (): void => {
    for (const csv of opened) csv.close()
  }
  const open = (source: Format, at: readonly (string | number)[]) => {
    const path = inside(directory, source.file)
    if (path === null)
      throw new MappingError([...at, 'file'], `"${source.file}" lies outside of the project's directory`)
    const csv = openFile(path, { ...settings.format, ...definedFormat(source) }, [...at, 'file'])
    opened.push(csv)
    return { number: opened.length - 1, file: source.file, path, csv }
  }
  try {
    const parties = (['individuals', 'companies', 'persons'] as const).flatMap((kind) =>
      settings[kind].map((party, index): PartySource => {
        const at = place(kind, index, settings[kind].length)
        const source = open(party, at)
        return {
          kind,
          ...source,
          party,
          required: requiredOf(kind, settings),
          reader: compileParty(kind, party, source.csv.header, at),
        }
      }),
    )
    const relations = settings.relations.map((rule, index): RelationSource => {
      const at = place('relations', index, settings.relations.length)
      const source = open(rule, at)
      return { kind: 'relations', ...source, reader: compileRelations(rule, source.csv.header, at) }
    })
    const documents = settings.documents.map((rule, index): DocumentSource => {
      const at = place('documents', index, settings.documents.length)
      const source = open(rule, at)
      return { kind: 'documents', ...source, reader: compileDocuments(rule, source.csv.header, at) }
    })
    return { directory, parties, relations, documents, all: [...parties, ...relations, ...documents], close }
  } catch (error) {
    close()
    throw error
  }
}

function requiredOf(kind: PartyKind, settings: Settings): Required[] {
  return settings.required.flatMap(({ of, path, because }, index) =>
    of === kind ? [{ path: parseTargetPath(path, ['required', index, 'path']), because }] : [],
  )
}

/**
 * A path of the project as an absolute one; null where it leads out of the project's directory, also by a symbolic
 * link: an export that came from elsewhere must not have other files of this machine sent along.
 */
export function inside(directory: string, path: string): string | null {
  const absolute = resolve(directory, join(...path.split('\\')))
  if (isAbsolute(path) || !isBelow(directory, absolute)) return null
  const home = realOf(directory)
  const target = realOf(absolute)
  // What is not there yet is for the reader to report.
  return home === null || target === null || isBelow(home, target) ? absolute : null
}

function isBelow(directory: string, path: string): boolean {
  const way = relative(directory, path)
  return way !== '' && way !== '..' && !/^\.\.[\\/]/.test(way) && !isAbsolute(way)
}

function realOf(path: string): string | null {
  try {
    return realpathSync.native(path)
  } catch {
    return null
  }
}

/** The place in the project file: a kind holds one mapping, or a list of them. */
function place(kind: string, index: number, length: number): (string | number)[] {
  return length === 1 ? [kind] : [kind, index]
}

function definedFormat(source: Format): Partial<Settings['format']> {
  return {
    ...(source.encoding === undefined ? {} : { encoding: source.encoding }),
    ...(source.delimiter === undefined ? {} : { delimiter: source.delimiter }),
    ...(source.quote === undefined ? {} : { quote: source.quote }),
  }
}

function openFile(path: string, format: Settings['format'], at: readonly (string | number)[]): CsvSource {
  try {
    return openCsv(path, format)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const words = error instanceof Error ? error.message : String(error)
    throw new MappingError(at, code === 'ENOENT' ? `there is no file ${path}` : words)
  }
}
