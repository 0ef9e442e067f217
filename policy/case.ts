import type { ProductApplicationFlag, ProductApplicationStatus } from '@drawbridge/schema/application.ts'
import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { CheckDecision, CheckState, CheckType } from '@drawbridge/schema/check.ts'
import type { EventType } from '@drawbridge/schema/event.ts'
import type { ProfileCategory, ProfileStatus } from '@drawbridge/schema/profile.ts'
import type { RiskLevelCategory } from '@drawbridge/schema/risk.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { TaskState } from '@drawbridge/schema/task.ts'

/** An application as far as decisions look at it. */
export interface CaseApplication {
  readonly id: string
  readonly productId: string
  readonly associatedRole: AssociatedRole | null
  readonly status: ProductApplicationStatus
  readonly flag: ProductApplicationFlag
  readonly requiredVariants: readonly string[]
  /** What was last computed; null before, and where the product has no risk model. */
  readonly risk: CaseRisk | null
  /**
   * A person sent it to review or took a decision back: automation neither approves nor rejects it any more, until a
   * person has decided.
   */
  readonly isHeldByPerson: boolean
  /** Whether a person has been told that the application waits for one. */
  readonly isManualActionRaised: boolean
}

/** The risk of an application. */
export interface CaseRisk {
  readonly level: RiskLevelCategory
  /** Null when the level is UNDETERMINED. */
  readonly score: number | null
}

/** One version of a task as far as decisions look at it. */
export interface CaseTask {
  readonly id: string
  readonly variantId: string
  readonly state: TaskState
  readonly isExpired: boolean
  /** A person set it back to incomplete: automation leaves it alone. */
  readonly isHeldByPerson: boolean
  readonly createdAt: Date
  /** When it was last passed; null while it is not. */
  readonly passedAt: Date | null
  /** When it ends, by hand or by its period; null when it does not. */
  readonly expiresAt: Date | null
  /** Whether the next version exists already, and waits for this one to end. */
  readonly isSucceeded: boolean
}

/** A check as far as decisions look at it. */
export interface CaseCheck {
  readonly id: string
  /** Null when it was run elsewhere without naming one. */
  readonly variantId: string | null
  readonly checkType: CheckType
  readonly state: CheckState
  /** Null until it is complete. */
  readonly decision: CheckDecision | null
  readonly taskIds: readonly string[]
  readonly instructedAt: Date
  readonly completedAt: Date | null
  /** Whether it found any associate of a company; null where that was not its question. */
  readonly foundAssociates: boolean | null
}

/** A match or alert as far as decisions look at it. */
export interface CaseEvent {
  readonly id: string
  readonly type: EventType
  readonly resolution: 'UNRESOLVED' | 'MISMATCH' | 'MATCH' | 'IGNORE' | 'CREATED_TASK'
  /** When it came, or came again changed. */
  readonly createdAt: Date
}

/** A person or company on a company's lists. */
export interface CaseAssociate {
  /** Null while it has no profile of its own. */
  readonly profileId: string | null
  readonly roles: readonly AssociatedRole[]
  /** Its share in percent; null when it is not known. */
  readonly share: number | null
  readonly isFormer: boolean
  /** The tasks it is verified for. */
  readonly taskVariantIds: readonly string[]
  /** The tasks from whose lists a person took it: it is never put back by itself. */
  readonly removedVariantIds: readonly string[]
  /** Whether each product it applies for is approved, by product id. */
  readonly approvedProductIds: readonly string[]
}

/** Everything about a profile that a decision may depend on, as values. */
export interface Case {
  readonly entityType: EntityType
  readonly category: ProfileCategory
  readonly status: ProfileStatus
  readonly isAssociate: boolean
  /** The collected data, in the contract's shape. */
  readonly data: Readonly<Record<string, unknown>>
  readonly applications: readonly CaseApplication[]
  readonly tasks: readonly CaseTask[]
  readonly checks: readonly CaseCheck[]
  readonly events: readonly CaseEvent[]
  readonly associates: readonly CaseAssociate[]
  /** How many collection steps still wait for data. */
  readonly openCollectionSteps: number
  /** Check variants, by id, that are switched off for a time (R19). */
  readonly disabledCheckVariantIds: readonly string[]
}
