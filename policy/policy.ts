import { AssociatedRole } from '@drawbridge/schema/associate.ts'
import { CheckDecision, CheckResult, CheckType } from '@drawbridge/schema/check.ts'
import { RiskLevelCategory } from '@drawbridge/schema/risk.ts'
import { EntityType, Uuid } from '@drawbridge/schema/scalars.ts'
import { TaskType } from '@drawbridge/schema/task.ts'
import { z } from 'zod'

/** A name that configuration refers to: lower-case letters, digits, `-` and `_`. */
export const Alias = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, 'must be lower-case letters, digits, - and _')
export type Alias = z.infer<typeof Alias>

/** What customers, or their associates, apply for. */
export const Product = z.object({
  id: Uuid,
  alias: Alias,
  name: z.string(),
  /** Customers that apply for nothing apply for it by themselves. */
  automatically_apply: z.boolean(),
  /** An application on which nothing stands is approved, unless the walk ended at another outcome. */
  automatically_approve: z.boolean(),
  /** Who applies: customers by themselves, or associates through a task of their company. */
  applicants: z.enum(['CUSTOMER', 'ASSOCIATED']),
  /** `migration_only` takes no new client for a time (R22). */
  intake: z.enum(['open', 'migration_only']),
  /** The smart policy by alias, for each kind of profile that may apply. */
  smart_policies: z.object({ INDIVIDUAL: Alias.optional(), COMPANY: Alias.optional() }),
  /** The risk model by alias; without one applications have no risk. */
  risk_models: z.object({ INDIVIDUAL: Alias.optional(), COMPANY: Alias.optional() }).default({}),
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
    z.object({ about: z.literal('risk_level'), is_any_of: z.array(RiskLevelCategory) }),
    z.object({ about: z.literal('associated_role'), is_any_of: z.array(AssociatedRole) }),
    z.object({ about: z.literal('is_associate') }),
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

/** What a task about associates asks of them (product behaviour 1.4 and 1.9). */
const AssociateRules = z.object({
  /** The product that associates verified for the task apply for. */
  product: Alias,
  /** Whom the task takes up by itself from the company's lists. Never: resigned, secretary, other, share unknown. */
  add: z
    .discriminatedUnion('who', [
      z.object({ who: z.literal('nobody') }),
      z.object({ who: z.literal('all') }),
      z.object({ who: z.literal('share_at_least'), percentage: z.number().min(0).max(100) }),
    ])
    .default({ who: 'nobody' }),
  /** What must be approved before the task passes by itself; absent when a person decides. */
  passes_when: z
    .object({
      /** At least so many associates. */
      count: z.int().min(1).optional(),
      /** At least so much of those on the list, in percent. */
      percentage: z.number().min(0).max(100).optional(),
      /** At least one in each of these roles. */
      roles: z.array(AssociatedRole).optional(),
    })
    .optional(),
  /** Passes when its latest passed check found nobody and the list is empty. */
  passes_when_none_found: z.boolean().default(false),
})

/** A hundred years: an instant further away may be none that can be written. */
const daysMax = 36_500
const Days = z.int().min(1).max(daysMax)

const Expiry = z.object({
  /** Days after it passed. */
  days: Days,
  /** Days by risk level, in place of `days`. */
  days_by_risk: z.partialRecord(RiskLevelCategory, Days).default({}),
  /** Days before the end at which the next version is made. */
  notification_days: z.int().min(0).max(daysMax).default(30),
})

/** A task as this policy uses it. */
export const PolicyTaskVariant = z.object({
  id: Uuid,
  alias: Alias,
  name: z.string(),
  description: z.string(),
  task_type: TaskType,
  /** When a passed task ends; absent when it does not. */
  expiry: Expiry.optional(),
  /** Check variants, any of which completes the task when the latest passed. */
  acceptance_checks: z.array(Alias).default([]),
  /** Check variants that run when the task, or a version of it, is added. */
  automatic_checks: z.array(Alias).default([]),
  /** Forms that may be sent for it, by alias. */
  forms: z.array(Alias).default([]),
  /** The first version is not asked for (custom tasks only). */
  skip_first_version: z.boolean().default(false),
  /** On tasks about associates. */
  associates: AssociateRules.optional(),
})
export type PolicyTaskVariant = z.infer<typeof PolicyTaskVariant>

/** One provider of a check variant, and how it is to work. */
const VariantProvider = z.object({
  /** The registered integration by alias; `demo` is built in. */
  provider: Alias,
  /** What its configuration is to be for this variant. */
  config: z.record(z.string(), z.unknown()).default({}),
  /** Only for these countries of the customer (ISO 3166-1 alpha-3); absent for all. */
  countries: z.array(z.string().regex(/^[A-Z]{3}$/)).optional(),
})

/** A check as this policy runs it. */
export const PolicyCheckVariant = z.object({
  id: Uuid,
  alias: Alias,
  name: z.string(),
  check_type: CheckType,
  /** Runs where a check of its type is asked for without a variant. */
  is_default: z.boolean().default(false),
  /** Whom to ask, in this order. */
  providers: z.array(VariantProvider).min(1),
  /** After which decisions the next provider is asked. */
  waterfall_on: z.array(z.enum(['FAIL', 'ERROR', 'PARTIAL'])).default([]),
  /** Decisions other than the usual ones of the type, by result. */
  decisions: z.partialRecord(CheckResult, CheckDecision).default({}),
  /** One run of it begins ongoing monitoring. */
  is_monitored: z.boolean().default(false),
  /** The source of company search. */
  is_company_search: z.boolean().default(false),
})
export type PolicyCheckVariant = z.infer<typeof PolicyCheckVariant>

/** When a rule of a risk factor holds. */
const RiskCondition = z.discriminatedUnion('is', [
  /** One of these words, as they are written. */
  z.object({ is: z.literal('any_of'), values: z.array(z.string()).min(1) }),
  z.object({ is: z.literal('text'), value: z.string(), ignore_case: z.boolean().default(false) }),
  /** A number from `from` (inclusive) to `to` (exclusive); either may be absent. */
  z.object({ is: z.literal('number'), from: z.number().optional(), to: z.number().optional() }),
])

/** What a risk factor looks at: a property of the case, or a path into the collected data. */
export const RiskProperty = z.discriminatedUnion('of', [
  z.object({ of: z.literal('age') }),
  z.object({ of: z.literal('country_of_residence') }),
  z.object({ of: z.literal('postal_code') }),
  z.object({ of: z.literal('nationality') }),
  z.object({ of: z.literal('country_of_incorporation') }),
  /** How many matches of the type were confirmed or wait for somebody. */
  z.object({
    of: z.literal('matches'),
    event_type: z.enum(['PEP_FLAG', 'SANCTION_FLAG', 'ADVERSE_MEDIA_FLAG', 'REFER_FLAG']),
  }),
  z.object({ of: z.literal('custom_field'), alias: Alias }),
  z.object({ of: z.literal('collected_data'), path: z.string() }),
])
export type RiskProperty = z.infer<typeof RiskProperty>

/** Bounded, so that no total of scores is beyond what can be compared: then no level could be told. */
const Score = z.number().min(-1_000_000).max(1_000_000)

/** One thing that bears on risk. Of several rules that hold the highest score counts. */
export const RiskFactor = z.object({
  alias: Alias,
  name: z.string(),
  property: RiskProperty,
  /** Without data for it no level can be told. */
  is_required: z.boolean().default(false),
  rules: z.array(z.object({ description: z.string(), when: RiskCondition, score: Score })).min(1),
})
export type RiskFactor = z.infer<typeof RiskFactor>

/** How the risk of one kind of profile is told (product behaviour 1.8). */
export const RiskModel = z.object({
  id: Uuid,
  alias: Alias,
  name: z.string(),
  entity_type: EntityType,
  /** Total scores from which the level is medium, and high. */
  thresholds: z.object({ medium: Score, high: Score }),
  factors: z.array(RiskFactor),
  /** Factors that count together; a factor in no group counts by itself. */
  groups: z
    .array(
      z.object({
        name: z.string(),
        factors: z.array(Alias).min(1),
        combine: z.enum(['highest', 'lowest', 'mean', 'sum']),
      }),
    )
    .default([]),
  /** Levels at which an application that is APPLIED is rejected by itself. */
  rejects: z.array(z.enum(['LOW', 'MEDIUM', 'HIGH'])).default([]),
})
export type RiskModel = z.infer<typeof RiskModel>

/** Why an application was decided as it was. */
export const DecisionReason = z.object({
  id: Uuid,
  /** Fixed once it exists. */
  alias: Alias,
  name: z.string(),
  description: z.string().default(''),
  type: z.enum(['APPROVAL', 'REJECTION', 'CANCELLATION']),
  /** The products it is for; all when empty. */
  products: z.array(Alias).default([]),
  is_disabled: z.boolean().default(false),
})
export type DecisionReason = z.infer<typeof DecisionReason>

/** A field of the account's own in the collected data. */
export const CustomField = z.object({
  id: Uuid,
  alias: Alias,
  name: z.string(),
  entity_type: EntityType,
  type: z.enum(['TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'LIST']),
  /** Of a LIST. */
  options: z.array(z.string()).default([]),
})
export type CustomField = z.infer<typeof CustomField>

/** One version of what an environment decides by. */
export const Policy = z.object({
  version: z.int().min(1),
  products: z.array(Product),
  smart_policies: z.array(SmartPolicy),
  task_variants: z.array(PolicyTaskVariant),
  check_variants: z.array(PolicyCheckVariant).default([]),
  risk_models: z.array(RiskModel).default([]),
  decision_reasons: z.array(DecisionReason).default([]),
  /** Whether rejecting without one of the reasons is refused. Clients of the public API send none. */
  rejections_need_reason: z.boolean().default(false),
  custom_fields: z.array(CustomField).default([]),
})
export type Policy = z.infer<typeof Policy>
