import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Project } from '../project.ts'
import type { PlanFacts } from '../report/report-data.ts'
import type { RunSource } from '../run/context.ts'

/** What a run needs of a project. */
export async function runSourceOf(project: Project): Promise<RunSource> {
  const { clients, units, effects_total } = await project.counts()
  return {
    sourceHash: project.sourceHash,
    mappingHash: project.mappingHash,
    totals: { clients, units, effects: effects_total },
    units: (after) => project.units(after),
  }
}

/** What a report says of a project. */
export async function planFactsOf(project: Project): Promise<PlanFacts> {
  const { clients, individuals, companies, associates, links, unusable, effects } = await project.counts()
  return {
    name: project.settings.name,
    clients,
    individuals,
    companies,
    associates,
    links,
    unusable,
    effects,
    sources: await Promise.all(
      project.checked().sources.map(async ({ file, rows }) => {
        return { file, rows, sha256: await fileHash(join(project.directory, file)) }
      }),
    ),
  }
}

/** SHA-256 of a file's bytes, hexadecimal. */
async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
