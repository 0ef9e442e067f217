import { namedVariant } from '@drawbridge/policy/look-up.ts'
import type { PolicyCheckVariant } from '@drawbridge/policy/policy.ts'
import type { CheckType } from '@drawbridge/schema/check.ts'
import type { ApiError } from '@drawbridge/schema/error-body.ts'

/** A check that is open for longer is an error (product behaviour 1.5). */
export const openHoursMax = 48

type Fields = Readonly<Record<string, unknown>>

/**
 * The next provider of a variant to ask, from this place on, that works for the customer's country (ISO 3166-1
 * alpha-3; null when it is not known); undefined when there is none.
 */
export function nextPlace(
  variant: Pick<PolicyCheckVariant, 'providers'>,
  country: string | null,
  from: number,
): number | undefined {
  const at = variant.providers.findIndex(
    ({ countries }, place) =>
      place >= from && (countries === undefined || (country !== null && countries.includes(country))),
  )
  return at === -1 ? undefined : at
}

const asksForAssociates: readonly CheckType[] = [
  'COMPANY_REGISTRY',
  'COMPANY_CHARITIES_REGISTRY',
  'COMPANY_OWNERSHIP',
  'COMPANY_DATA',
]

/** Whether a company check found anybody; null where that was not its question. */
export function foundAssociates(checkType: CheckType, output: Fields | null): boolean | null {
  if (!asksForAssociates.includes(checkType)) return null
  if (output === null) return false
  const lists = ['associated_entities', 'officers', 'ownership_structure', 'trustees']
  return lists.some((name) => holdsEntries(output[name]))
}

/** Whether anywhere inside is a list with something in it. */
function holdsEntries(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== null && typeof value === 'object' && Object.values(value).some(holdsEntries)
}

/** A provider's error as the contract shows it: the number of its kind, and its own words in `info`. */
export function presentError(error: {
  readonly type: string
  readonly subType?: string | undefined
  readonly message: string
  readonly data?: unknown
}): ApiError {
  const info = {
    type: error.type,
    ...(error.subType === undefined ? {} : { sub_type: error.subType }),
    ...(error.data === undefined ? {} : { data: error.data }),
  }
  return { code: codeOf(error.type, error.subType), message: error.message, source: 'PROVIDER', info }
}

function codeOf(type: string, subType: string | undefined): number {
  if (subType === 'UNSUPPORTED_COUNTRY') return 106
  const codes: Readonly<Record<string, number>> = {
    MISSING_CHECK_INPUT: 101,
    INVALID_CHECK_INPUT: 201,
    PROVIDER_CONNECTION: 302,
  }
  return codes[type] ?? 303
}

/** What every fact about a check says of it. */
export function toldCheck(
  check: { readonly id: string; readonly checkType: CheckType; readonly taskIds: readonly string[] },
  variant: PolicyCheckVariant | undefined,
) {
  return {
    check_id: check.id,
    check_type: check.checkType,
    ...namedVariant(variant),
    task_ids: [...check.taskIds],
  }
}
