import { checkTypes } from '@drawbridge/policy/check-types.ts'
import type { CheckType, NewCheck } from '@drawbridge/schema/check.ts'

/** What a caller may give to a check besides the collected data. */
const extraFields = [
  'document_id',
  'source',
  'reference',
  'category',
  'source_id',
  'form_id',
  'disable_initial_screen',
  'disable_monitoring',
  'document_metadata',
  'device_metadata',
  'demo_result',
] as const

/** The fields of the order that the check keeps with its input. */
export function extraOf(order: NewCheck): Record<string, unknown> {
  const given: Readonly<Record<string, unknown>> = order
  return Object.fromEntries(
    extraFields.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  )
}

const needed: Partial<Record<CheckType, readonly string[]>> = {
  DOCUMENT_VERIFICATION: ['document_id'],
  COMPANY_DOCUMENT_VERIFICATION: ['document_id'],
  DOCUMENT_FETCH: ['source', 'reference'],
  COMPANY_FILING_PURCHASE: ['source_id'],
  INDIVIDUAL_MANUAL_FORM: ['form_id'],
  COMPANY_MANUAL_FORM: ['form_id'],
  VISA_CHECK: ['document_metadata'],
  DEVICE_FRAUD_DETECTION: ['device_metadata'],
}

/** The fields that a check of this type needs, and the order does not have (public API 4.0, 2.5). */
export function missingFields(order: NewCheck): string[] {
  if (order.instructed_externally === true) return order.result === undefined ? ['result'] : []
  const given: Readonly<Record<string, unknown>> = order
  return (needed[order.check_type] ?? []).filter((name) => given[name] === undefined)
}

/** Whether the reply waits for the result: as asked, else as is usual for the type. */
export function isSynchronous(mode: 'sync' | 'async' | undefined, checkType: CheckType): boolean {
  return (mode ?? checkTypes[checkType].mode) === 'sync'
}
