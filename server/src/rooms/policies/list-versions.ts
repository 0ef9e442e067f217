import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import type { PolicyVersion } from '@drawbridge/schema/policies.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { actorNames } from '../accounts/index.ts'
import { presentVersion } from './present.ts'
import { selectVersions, type VersionRow } from './queries-versions.ts'

const shipped: VersionRow = {
  version: defaultPolicy.version,
  publishedAt: null,
  actorKind: 'system',
  actorId: null,
  rolledBackTo: null,
}

/** The versions of the policy, newest first; the one in force is the first. */
export async function listVersions(scope: Scope): Promise<PolicyVersion[]> {
  const published = await selectVersions(scope)
  const rows = published.length === 0 ? [shipped] : published
  const names = await actorNames(
    scope,
    rows.flatMap((row) => row.actorId ?? []),
  )
  return rows.map((row) => presentVersion(row, rows[0]?.version ?? 0, names))
}

/** One version as a reply shows it. Raises `policy.unknown-version`. */
export async function showVersion(scope: Scope, version: number): Promise<PolicyVersion> {
  const found = (await listVersions(scope)).find((candidate) => candidate.version === version)
  if (!found) throw new Fault('policy.unknown-version')
  return found
}
