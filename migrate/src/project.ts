import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type CheckResult,
  checkSources,
  type IndexProgress,
  indexHash,
  indexPath,
  mappingHashOf,
  openProjectSources,
} from './check.ts'
import type { Settings } from './mapping/settings.ts'
import { buildUnit } from './plan/build-unit.ts'
import type { ClientUnit, LeftOutRow, UnusableRow } from './plan/client-unit.ts'
import type { Counts } from './plan/counts.ts'
import type { Sources } from './plan/open-sources.ts'
import { SourceIndex } from './plan/source-index.ts'
import { leftOutRows, unusableRows } from './plan/unusable-rows.ts'
import { ProjectFileError, readProjectFile } from './project-file.ts'
import { sourceHashOf } from './source-hash.ts'

/** A migration project, open: what is to be sent, row by row, in bounded memory. */
export interface Project {
  /** Absolute. */
  directory: string
  settings: Settings
  /** Of the source files' contents. */
  sourceHash: string
  /** Of all settings that decide what is sent. */
  mappingHash: string
  /** All units in source order, from the one after a position on. */
  units(after?: number): AsyncIterable<ClientUnit>
  /** The unit of one reference; null where there is no usable row with it that is sent. */
  unit(ref: string): Promise<ClientUnit | null>
  /** Rows that cannot be sent. */
  unusable(): AsyncIterable<UnusableRow>
  /** Usable rows that are not sent, since no chain of links leads to them from a client. */
  leftOut(): AsyncIterable<LeftOutRow>
  counts(): Promise<Counts>
  /** What the check that made the index found. */
  checked(): CheckResult
  close(): void
}

/** How many parties are looked up at once. */
const page = 200

/**
 * Opens a project. Where its sources have not been checked in their present state, checks them first.
 * Throws ProjectFileError when the project file or a source as a whole cannot be used.
 */
export async function openProject(
  directory: string,
  onProgress: (progress: IndexProgress) => void = () => {},
): Promise<Project> {
  const absolute = resolve(directory)
  const file = readProjectFile(absolute)
  const sources = openProjectSources(absolute, file)
  try {
    const sourceHash = await sourceHashOf(sources)
    const mappingHash = mappingHashOf(file.settings)
    const index = await openIndex(sources, file.settings, indexHash(sourceHash, mappingHash), onProgress)
    return new OpenProject(file.settings, sources, index, sourceHash, mappingHash)
  } catch (error) {
    sources.close()
    throw error
  }
}

async function openIndex(
  sources: Sources,
  settings: Settings,
  hash: string,
  onProgress: (progress: IndexProgress) => void,
): Promise<SourceIndex> {
  const path = indexPath(sources.directory)
  const known = SourceIndex.open(path, hash)
  if (known !== null) return known
  await checkSources(sources, settings, onProgress)
  const built = SourceIndex.open(path, hash)
  if (built === null)
    throw new ProjectFileError('The sources changed while they were read. Start again when they are at rest')
  return built
}

/** The key for the target; throws ProjectFileError that names the file and never its content. */
export function readApikey(
  directory: string,
  target: Pick<Settings['target'], 'apikey_file' | 'environment'>,
): string {
  const path = resolve(directory, target.apikey_file)
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch {
    throw new ProjectFileError(`target.apikey_file: ${path} cannot be read`)
  }
  const key = text.startsWith('{') ? keyOfCredentials(text, target.environment) : text
  if (key !== null && /^[\x21-\x7e]{8,}$/.test(key)) return key
  throw new ProjectFileError(
    `target.apikey_file: ${path} holds no API key. It must hold the key alone on one line, or be a server's credentials.json with a "${target.environment}" key`,
  )
}

function keyOfCredentials(text: string, environment: 'demo' | 'live'): string | null {
  try {
    const credentials = JSON.parse(text) as Partial<Record<string, { apikey?: unknown }>>
    const key = credentials[environment]?.apikey
    return typeof key === 'string' ? key : null
  } catch {
    return null
  }
}

class OpenProject implements Project {
  readonly directory: string
  readonly settings: Settings
  readonly sourceHash: string
  readonly mappingHash: string
  readonly #sources: Sources
  readonly #index: SourceIndex

  constructor(
    settings: Settings,
    sources: Sources,
    index: SourceIndex,
    sourceHash: string,
    mappingHash: string,
  ) {
    this.directory = sources.directory
    this.settings = settings
    this.#sources = sources
    this.#index = index
    this.sourceHash = sourceHash
    this.mappingHash = mappingHash
  }

  async *units(after = 0): AsyncGenerator<ClientUnit> {
    for (let position = after; ; ) {
      const entries = this.#index.partiesAfter(position, page)
      for (const entry of entries) {
        yield buildUnit(entry, this.settings.tags, this.#sources, this.#index)
        position = entry.id
      }
      if (entries.length < page) return
    }
  }

  async unit(ref: string): Promise<ClientUnit | null> {
    const party = this.#index.party(ref)
    if (party === null) return null
    const [entry] = this.#index.partiesAfter(party.id - 1, 1)
    return entry?.ref === ref ? buildUnit(entry, this.settings.tags, this.#sources, this.#index) : null
  }

  async *unusable(): AsyncGenerator<UnusableRow> {
    yield* unusableRows(this.#index, this.#sources)
  }

  async *leftOut(): AsyncGenerator<LeftOutRow> {
    yield* leftOutRows(this.#index, this.#sources)
  }

  async counts(): Promise<Counts> {
    return this.checked().counts
  }

  checked(): CheckResult {
    return JSON.parse(this.#index.meta('summary') ?? '') as CheckResult
  }

  close(): void {
    this.#index.close()
    this.#sources.close()
  }
}
