import { join } from 'node:path'
import type { Project } from '../project.ts'
import type { PlanFacts } from '../report/report-data.ts'
import type { RunSource } from '../run/context.ts'
import { sha256OfFile } from '../sha256.ts'

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
        return { file, rows, sha256: await sha256OfFile(join(project.directory, file)) }
      }),
    ),
  }
}
