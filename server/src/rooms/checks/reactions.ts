import type { Reaction } from '../../platform/scope.ts'
import { openStepCount } from '../collection-steps/index.ts'
import { lockProfile } from '../profile-root/index.ts'
import { releasePending } from './instruct-check.ts'

/** Checks that waited for data begin as soon as all of it is there. */
export const reactions: readonly Reaction[] = [
  {
    kind: 'collection-steps.replaced',
    react: async (scope, { subject }) => {
      if (subject === null) return
      const profile = await lockProfile(scope, subject.id)
      if (((await openStepCount(scope, [profile])).get(profile.id) ?? 0) === 0)
        await releasePending(scope, profile)
    },
  },
]
