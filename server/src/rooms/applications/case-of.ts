import type { Case } from '@drawbridge/policy/case.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { caseTaskOf, type TaskRow } from '../tasks/index.ts'

/** What a case is made of besides its profile's row; parts that a decision does not look at may be left out. */
export type CaseParts = Pick<Case, 'applications'> &
  Partial<Omit<Case, 'entityType' | 'category' | 'status' | 'isAssociate' | 'applications' | 'tasks'>> & {
    readonly tasks: readonly TaskRow[]
  }

/** The case of a profile as values, for decisions. */
export function caseOf(
  profile: Pick<ProfileRoot, 'entityType' | 'category' | 'status' | 'role'>,
  { tasks, ...parts }: CaseParts,
): Case {
  return {
    entityType: profile.entityType,
    category: profile.category,
    status: profile.status,
    isAssociate: profile.role.endsWith('_ASSOCIATED'),
    data: {},
    checks: [],
    events: [],
    associates: [],
    openCollectionSteps: 0,
    disabledCheckVariantIds: [],
    ...parts,
    tasks: tasks.map(caseTaskOf),
  }
}
