import { AssociatedRole } from '@drawbridge/schema/associate.ts'
import { EntityType, Uuid } from '@drawbridge/schema/scalars.ts'
import { TaskType } from '@drawbridge/schema/task.ts'
import { z } from 'zod'

/** A name that configuration refers to: lower-case letters, digits, `-` and `_`. */
const Alias = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, 'must be lower-case letters, digits, - and _')

/** What customers, or their associates, apply for. */
export const Product = z.object({
  id: Uuid,
  alias: Alias,
  name: z.string(),
  /** Customers that apply for nothing apply for it by themselves. */
  automatically_apply: z.boolean(),
  automatically_approve: z.boolean(),
  /** Who applies: customers by themselves, or associates through a task of their company. */
  applicants: z.enum(['CUSTOMER', 'ASSOCIATED']),
  /** `migration_only` takes no new client for a time (R22). */
  intake: z.enum(['open', 'migration_only']),
  /** The smart policy by alias, for each kind of profile that may apply. */
  smart_policies: z.object({ INDIVIDUAL: Alias.optional(), COMPANY: Alias.optional() }),
})
export type Product = z.infer<typeof Product>

const ElementId = z.string().min(1).max(100)

/** Adds task variants, then goes on. */
const TaskElement = z.object({
  kind: z.literal('task'),
  id: ElementId,
  task_variants: z.array(Alias).min(1),
  next: ElementId,
})

/** Asks a question with two answers. */
const BranchElement = z.object({
  kind: z.literal('branch'),
  id: ElementId,
  question: z.discriminatedUnion('about', [
    z.object({
      about: z.literal('risk_level'),
      is_any_of: z.array(z.enum(['LOW', 'MEDIUM', 'HIGH', 'UNDETERMINED'])),
    }),
    z.object({ about: z.literal('associated_role'), is_any_of: z.array(AssociatedRole) }),
    z.object({ about: z.literal('collected_data'), path: z.string(), is_any_of: z.array(z.string()) }),
  ]),
  yes: ElementId,
  no: ElementId,
})

/** Ends the walk: the policy approves by itself, or leaves the decision to a person. */
const OutcomeElement = z.object({
  kind: z.literal('outcome'),
  id: ElementId,
  outcome: z.enum(['APPROVE', 'REVIEW', 'REJECT']),
})

/** A step of a smart policy: a task, a branch, or an outcome. */
export const PolicyElement = z.discriminatedUnion('kind', [TaskElement, BranchElement, OutcomeElement])
export type PolicyElement = z.infer<typeof PolicyElement>

/** A flowchart: from `start`, element by element, to an outcome. */
export const SmartPolicy = z.object({
  id: Uuid,
  alias: Alias,
  name: z.string(),
  entity_type: EntityType,
  start: ElementId,
  elements: z.array(PolicyElement).min(1),
})
export type SmartPolicy = z.infer<typeof SmartPolicy>

/** A task as this policy uses it. */
export const PolicyTaskVariant = z.object({
  id: Uuid,
  alias: Alias,
  name: z.string(),
  description: z.string(),
  task_type: TaskType,
  /** Days after which a passed task expires; absent when it does not. */
  expires_after_days: z.int().min(1).optional(),
  /** On tasks about associates: the product that associates verified for it apply for. */
  associates: z.object({ product: Alias }).optional(),
})
export type PolicyTaskVariant = z.infer<typeof PolicyTaskVariant>

/** One version of what an environment decides by. */
export const Policy = z.object({
  version: z.int().min(1),
  products: z.array(Product),
  smart_policies: z.array(SmartPolicy),
  task_variants: z.array(PolicyTaskVariant),
})
export type Policy = z.infer<typeof Policy>
