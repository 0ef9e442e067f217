import { checkTypes } from '@drawbridge/policy/check-types.ts'
import type { Reaction, Recorded, Scope } from '../../platform/scope.ts'
import { answeredBy, readOutput } from '../checks/index.ts'
import { lockProfile } from '../profile-root/index.ts'
import { takeMatches } from './take-matches.ts'

/** What a check that was run elsewhere found is nobody else's. */
const elsewhere = 'external'

/** Makes events of what a screening or a fraud check found. */
async function takeFindings(scope: Scope, fact: Recorded): Promise<void> {
  if (fact.kind !== 'check.completed' || fact.subject === null) return
  const { check_id: checkId, check_type: checkType, provider_names: names } = fact.payload
  const { family } = checkTypes[checkType]
  if (family !== 'screening' && family !== 'fraud') return
  const profile = await lockProfile(scope, fact.subject.id)
  const output = await readOutput(scope, profile, checkId)
  if (output === null) return
  const provider = (await answeredBy(scope, profile, checkId))?.provider ?? elsewhere
  await takeMatches(scope, profile, { provider, providerName: names.at(-1) ?? provider, checkId }, output)
}

export const reactions: readonly Reaction[] = [{ kind: 'check.completed', react: takeFindings }]
