import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MappingError } from './mapping/mapping-fault.ts'
import type { Settings } from './mapping/settings.ts'
import { buildIndex, type IndexProgress, type SourceSummary } from './plan/build-index.ts'
import { type Counts, countAll } from './plan/counts.ts'
import { hintsOf } from './plan/hints.ts'
import { openSources, type Sources } from './plan/open-sources.ts'
import { SourceIndex } from './plan/source-index.ts'
import { writeUnusable } from './plan/unusable-rows.ts'
import { type ProjectFile, readProjectFile } from './project-file.ts'
import { sha256Of } from './sha256.ts'
import { sourceHashOf } from './source-hash.ts'
import { assertNoLinks, workDirectory } from './work-directory.ts'

/** What a check found. `codes` counts unusable rows by kind of source and by code. */
export interface CheckResult {
  sources: SourceSummary[]
  codes: Record<string, Record<string, number>>
  counts: Counts
  /** What one change of the project file would most likely mend, in words. */
  hints: string[]
  /** Where every unusable row is listed, with its reason and what to do; from the project's directory. */
  unusable_file: string
}

export type { IndexProgress }

export { workDirectory }

const unusableFile = join(workDirectory, 'results', 'unusable.csv')

/**
 * Checks every row of every source against the minimum data (R50 to R61), the contract's schema and the other
 * sources, and every document on disk; sends nothing. Writes the index and `work/results/unusable.csv`.
 * Throws ProjectFileError when the project file or a source as a whole cannot be used.
 */
export async function check(
  directory: string,
  onProgress: (progress: IndexProgress) => void = () => {},
): Promise<CheckResult> {
  const file = readProjectFile(directory)
  const sources = openProjectSources(directory, file)
  try {
    return await checkSources(sources, file.settings, onProgress)
  } finally {
    sources.close()
  }
}

/** Opens the sources; errors of the mapping name the line of the project file. */
export function openProjectSources(directory: string, file: ProjectFile): Sources {
  assertNoLinks(directory)
  try {
    return openSources(directory, file.settings)
  } catch (error) {
    throw error instanceof MappingError ? file.located(error) : error
  }
}

/** The check over sources that are open already. */
export async function checkSources(
  sources: Sources,
  settings: Settings,
  onProgress: (progress: IndexProgress) => void,
): Promise<CheckResult> {
  const work = join(sources.directory, workDirectory)
  mkdirSync(join(work, 'results'), { recursive: true, mode: 0o700 })
  removeUnfinished(work)
  const unfinished = join(work, `index-${process.pid}.part`)
  const hash = indexHash(await sourceHashOf(sources), mappingHashOf(settings))
  const index = SourceIndex.create(unfinished)
  const summaries = await buildIndex(sources, settings, index, onProgress)
  writeUnusable(join(sources.directory, unusableFile), index, sources)
  const codes = codesOf(index, sources)
  const result: CheckResult = {
    sources: summaries,
    codes,
    counts: countAll(index),
    hints: hintsOf(summaries, codes),
    unusable_file: unusableFile,
  }
  index.finish(unfinished, hash, JSON.stringify(result))
  renameSync(unfinished, indexPath(sources.directory))
  return result
}

/** The index file of a project. */
export function indexPath(directory: string): string {
  return join(directory, workDirectory, 'index.sqlite')
}

/** What an index was built from: it is built anew when this differs. */
export function indexHash(sourceHash: string, mappingHash: string): string {
  return sha256Of(`${sourceHash}\n${mappingHash}`)
}

/** Of all that decides what is sent for a row; where it is sent does not. */
export function mappingHashOf(settings: Settings): string {
  const { target: _target, name: _name, ...mapping } = settings
  return sha256Of(JSON.stringify(mapping))
}

/** Indexes of checks that were killed; those of checks that are running stay. */
function removeUnfinished(work: string): void {
  for (const name of readdirSync(work)) {
    const [, pid] = /^index-(\d+)\.part$/u.exec(name) ?? []
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(work, name), { force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function codesOf(index: SourceIndex, sources: Sources): CheckResult['codes'] {
  const codes: CheckResult['codes'] = {}
  for (const source of sources.all) {
    const found = index.counts(
      `select code as name, count(*) as n from unusable where source = ${source.number} group by code order by code`,
    )
    for (const [code, n] of Object.entries(found)) {
      const ofKind = codes[source.kind] ?? {}
      ofKind[code] = (ofKind[code] ?? 0) + n
      codes[source.kind] = ofKind
    }
  }
  return codes
}
