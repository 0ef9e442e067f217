import { z } from 'zod'
import { CompanyMetadata } from './company-metadata.ts'
import { entityDataBase } from './entity-data-base.ts'
import type { IndividualData } from './individual.ts'
import { CalendarDate, Currency, EntityType, PartialDate, Percentage, Text, Uuid } from './scalars.ts'

/** What an associate is to the company. */
export const AssociatedRole = z.enum([
  'AUTHORIZED_PERSON',
  'UNAUTHORIZED_PERSON',
  'DIRECTOR',
  'COMPANY_SECRETARY',
  'SHAREHOLDER',
  'PARTNER',
  'TRUSTEE',
  'BENEFICIAL_OWNER',
  'RESIGNED_OFFICER',
  'OTHER',
  'GLOBAL_ULTIMATE_OWNER',
  'CONTROLLING_SHAREHOLDER',
  'PERSON_OF_SIGNIFICANT_CONTROL',
])
export type AssociatedRole = z.infer<typeof AssociatedRole>

/** The most associates that one list may hold. */
export const associatesMax = 2000

/** Shares of one class held by an associate. */
export const Shareholding = z.looseObject({
  provider_name: Text.optional(),
  share_class: Text.optional(),
  amount: z.number().int().min(0).optional(),
  percentage: Percentage.optional(),
  currency: Currency.optional(),
})
export type Shareholding = z.infer<typeof Shareholding>

/** The profile of an associate, as written: only the `id` is read. */
export const LinkedProfile = z.looseObject({ id: Uuid })
export type LinkedProfile = z.infer<typeof LinkedProfile>

/**
 * A company as its associates' lists hold it. The lists of such a company are checked like those of any
 * company; this type leaves them out so that it can be written down.
 */
export const CompanyInBrief = z.looseObject({
  entity_type: z.literal('COMPANY'),
  ...entityDataBase,
  customer_reference: entityDataBase.customer_ref,
  metadata: CompanyMetadata.optional(),
})
export type CompanyInBrief = z.infer<typeof CompanyInBrief>

/** The facts about an associate that has no profile of its own. */
export type ImmediateData = IndividualData | CompanyInBrief

type LinkSchema = z.ZodType<LinkedProfile>
type ImmediateSchema = z.ZodType<ImmediateData, ImmediateData>

function whoItIs<L extends LinkSchema>(linked: L, immediate: ImmediateSchema) {
  return {
    entity_type: EntityType,
    provider_name: Text.optional(),
    /** Stays the same for the same associate of a company, however often the document is written. */
    resolver_id: Uuid.optional(),
    merged_resolver_ids: z.array(Uuid).max(1000).optional(),
    linked_profile: linked.optional(),
    immediate_data: immediate.optional(),
    task_variant_ids: z.array(Uuid).max(100).optional(),
    unverified_task_variant_ids: z.array(Uuid).max(100).optional(),
  }
}

interface Somebody {
  entity_type: EntityType
  linked_profile?: unknown
  immediate_data?: ImmediateData | undefined
}

function isSomebody(associate: Somebody, ctx: z.RefinementCtx): void {
  if (associate.linked_profile === undefined && associate.immediate_data === undefined) {
    ctx.addIssue({ code: 'custom', message: 'must have a `linked_profile` or `immediate_data`', path: [] })
  }
  const immediate = associate.immediate_data
  if (immediate !== undefined && immediate.entity_type !== associate.entity_type) {
    ctx.addIssue({
      code: 'custom',
      message: 'must be the same entity type as the associate has',
      path: ['immediate_data', 'entity_type'],
    })
  }
}

/** An associate in the classic lists: one entry for each role. `id` names the schema in OpenAPI. */
export function associatedEntity<L extends LinkSchema>(linked: L, immediate: ImmediateSchema, id: string) {
  return z
    .looseObject({
      ...whoItIs(linked, immediate),
      relationship: Text.optional(),
      original_role: Text.optional(),
      appointed_on: CalendarDate.optional(),
      resigned_on: CalendarDate.optional(),
      total_percentage: Percentage.optional(),
      shareholdings: z.array(Shareholding).max(200).optional(),
      notified_on: CalendarDate.optional(),
      ceased_on: CalendarDate.optional(),
      natures_of_control: z.array(Text).max(100).optional(),
      kind: Text.optional(),
    })
    .superRefine(isSomebody)
    .meta({ id })
}

/** One role of an associate, in the newer model. */
export const AssociateRelationship = z.looseObject({
  associated_role: AssociatedRole,
  tenure: z
    .looseObject({
      tenure_type: z.enum(['CURRENT', 'FORMER']).optional(),
      start: PartialDate.optional(),
      end: PartialDate.optional(),
    })
    .optional(),
  original_role: Text.optional(),
  total_percentage: Percentage.optional(),
  shareholdings: z.array(Shareholding).max(200).optional(),
  distance: z.number().min(0).optional(),
  calculated_percentage: Percentage.optional(),
})
export type AssociateRelationship = z.infer<typeof AssociateRelationship>

/** An associate in the newer model: one entry for each person or company, with all its roles. `id` names the schema in OpenAPI. */
export function associateWithRoles<L extends LinkSchema>(linked: L, immediate: ImmediateSchema, id: string) {
  return z
    .looseObject({
      ...whoItIs(linked, immediate),
      associate_id: Uuid.optional(),
      relationships: z.array(AssociateRelationship).max(100).optional(),
    })
    .superRefine(isSomebody)
    .meta({ id })
}
