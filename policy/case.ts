import type { ProductApplicationFlag, ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { ProfileCategory, ProfileStatus } from '@drawbridge/schema/profile.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { TaskState } from '@drawbridge/schema/task.ts'

/** An application as far as decisions look at it. */
export interface CaseApplication {
  readonly id: string
  readonly productId: string
  readonly status: ProductApplicationStatus
  readonly flag: ProductApplicationFlag
  readonly requiredVariants: readonly string[]
}

/** One version of a task as far as decisions look at it. */
export interface CaseTask {
  readonly id: string
  readonly variantId: string
  readonly state: TaskState
  readonly isExpired: boolean
}

/** Everything about a profile that a decision may depend on, as values. */
export interface Case {
  readonly entityType: EntityType
  readonly category: ProfileCategory
  readonly status: ProfileStatus
  readonly applications: readonly CaseApplication[]
  readonly tasks: readonly CaseTask[]
}
