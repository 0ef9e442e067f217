import type { Reaction, Recorded, Scope } from '../../platform/scope.ts'
import { lockProfile } from '../profile-root/index.ts'
import { dropSatisfied } from './replace-steps.ts'

async function lookAgain(scope: Scope, fact: Recorded): Promise<void> {
  if (fact.subject === null) return
  const profile = await lockProfile(scope, fact.subject.id)
  await dropSatisfied(scope, profile, fact.kind === 'document.added' ? fact.payload.document_id : undefined)
}

export const reactions: readonly Reaction[] = [
  { kind: 'collected-data.replaced', react: lookAgain },
  { kind: 'document.added', react: lookAgain },
]
