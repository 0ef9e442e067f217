import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import type { EventType } from '@drawbridge/schema/event.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { TaskType } from '@drawbridge/schema/task.ts'

const political: readonly EventType[] = ['PEP_FLAG', 'REFER_FLAG']
const sanctions: readonly EventType[] = ['SANCTION_FLAG', 'REFER_FLAG']
const both: readonly EventType[] = ['PEP_FLAG', 'SANCTION_FLAG', 'REFER_FLAG']
const all: readonly EventType[] = [...both, 'ADVERSE_MEDIA_FLAG']
const fraud: readonly EventType[] = ['FRAUD_FLAG']

// Political exposure of a company is found by its sanctions screen too, and no other task would look at it.
const screened: Readonly<Partial<Record<TaskType, readonly EventType[]>>> = {
  INDIVIDUAL_ASSESS_MEDIA_AND_POLITICAL_AND_SANCTIONS_EXPOSURE: all,
  INDIVIDUAL_ASSESS_POLITICAL_AND_SANCTIONS_EXPOSURE: both,
  INDIVIDUAL_ASSESS_POLITICAL_EXPOSURE: political,
  INDIVIDUAL_ASSESS_SANCTIONS_EXPOSURE: sanctions,
  INDIVIDUAL_FRAUD_SCREENING: fraud,
  COMPANY_ASSESS_SANCTIONS_EXPOSURE: both,
  COMPANY_ASSESS_MEDIA_EXPOSURE: ['ADVERSE_MEDIA_FLAG', 'REFER_FLAG'],
  COMPANY_ASSESS_MEDIA_AND_SANCTIONS_EXPOSURE: all,
  COMPANY_FRAUD_SCREENING: fraud,
  COMPANY_MERCHANT_FRAUD_SCREENING: fraud,
}

const owners: readonly AssociatedRole[] = [
  'SHAREHOLDER',
  'BENEFICIAL_OWNER',
  'GLOBAL_ULTIMATE_OWNER',
  'CONTROLLING_SHAREHOLDER',
  'PERSON_OF_SIGNIFICANT_CONTROL',
]

// Authorized persons are always added by hand, and so are resigned officers, secretaries and others (1.9).
const taken: Readonly<Partial<Record<TaskType, readonly AssociatedRole[]>>> = {
  COMPANY_IDENTIFY_OFFICERS: ['DIRECTOR', 'PARTNER'],
  COMPANY_IDENTIFY_BENEFICIAL_OWNERS: owners,
  COMPANY_ASSESS_OWNERSHIP: owners,
  COMPANY_IDENTIFY_TRUSTEES: ['TRUSTEE'],
  COMPANY_IDENTIFY_AUTHORIZED_PERSONS: [],
}

/** The kinds of match that a screening task answers for; none where the task screens nothing (1.4, rule 3). */
export function screenedEvents(type: TaskType): readonly EventType[] {
  return screened[type] ?? []
}

/** The roles whose associates a task may take up by itself; undefined where the task is not about associates (1.9). */
export function addableRoles(type: TaskType): readonly AssociatedRole[] | undefined {
  return taken[type]
}

/** Whether a task is about who owns a company, so that a share that is not known keeps an associate from it. */
export function isAboutShares(type: TaskType): boolean {
  return taken[type] === owners
}

/** Whose task it is. */
export function entityTypeOf(type: TaskType): EntityType {
  return type.startsWith('COMPANY_') ? 'COMPANY' : 'INDIVIDUAL'
}

/** Whether forms may be sent for a task: screening tasks take none (1.4). */
export function mayHaveForms(type: TaskType): boolean {
  return !type.endsWith('_EXPOSURE')
}
