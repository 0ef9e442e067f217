import type { ProductApplicationFlag, ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { ProfileCategory } from '@drawbridge/schema/profile.ts'
import type { CaseRisk } from './case.ts'

/** One thing that must happen to a case; the caller makes it so. Ids are of the case and the policy. */
export type Action =
  | { readonly kind: 'set-risk'; readonly applicationId: string; readonly risk: CaseRisk | null }
  | { readonly kind: 'require-tasks'; readonly applicationId: string; readonly variantIds: readonly string[] }
  | { readonly kind: 'add-task'; readonly variantId: string }
  /** The next version of a task that nears its end. */
  | { readonly kind: 'new-task-version'; readonly taskId: string; readonly variantId: string }
  /** A version whose time has come; the next, when there is one, is live from now on. */
  | { readonly kind: 'expire-task'; readonly taskId: string }
  | { readonly kind: 'run-check'; readonly variantId: string; readonly taskIds: readonly string[] }
  | { readonly kind: 'pass-task'; readonly taskId: string }
  | { readonly kind: 'reopen-task'; readonly taskId: string }
  /** Puts an associate on the list of a task and gives it a profile. `at` is its place in `Case.associates`. */
  | { readonly kind: 'verify-associate'; readonly at: number; readonly variantId: string }
  | {
      readonly kind: 'change-status'
      readonly applicationId: string
      readonly status: ProductApplicationStatus
      readonly because: 'AUTOMATIC_APPROVAL' | 'REJECTION_OUTCOME' | 'RISK_LEVEL' | 'TASK_OPEN'
    }
  | { readonly kind: 'change-flag'; readonly applicationId: string; readonly flag: ProductApplicationFlag }
  /** Automation has ended and a person is needed; raised once, and again after `isManualActionRaised` was cleared. */
  | { readonly kind: 'raise-manual-action'; readonly applicationId: string }
  | { readonly kind: 'clear-manual-action'; readonly applicationId: string }
  | { readonly kind: 'change-category'; readonly category: ProfileCategory }
