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

/** What a provider of the check is told: the data as it was, with what the type of check needs besides. */
export function providerInput(checkType: CheckType, data: Fields, extra: Fields): Fields {
  switch (checkType) {
    case 'DOCUMENT_VERIFICATION':
    case 'COMPANY_DOCUMENT_VERIFICATION':
      return { ...data, documents: documentsOf(data).filter(({ id }) => id === extra.document_id) }
    case 'DOCUMENT_FETCH':
      return {
        ...data,
        external_refs: {
          ...(isFields(data.external_refs) ? data.external_refs : {}),
          generic: extra.reference,
        },
        documents: [placeholder(extra)],
      }
    case 'VISA_CHECK':
      return { ...data, documents_metadata: [extra.document_metadata] }
    default: {
      const { demo_result: _, ...rest } = extra
      return { ...data, ...rest }
    }
  }
}

function placeholder(extra: Fields): Fields {
  const category = extra.category ?? 'PROOF_OF_IDENTITY'
  return { id: extra.placeholder_id, category, document_type: 'UNKNOWN', images: [] }
}

/** The documents in collected data or in an output. */
export function documentsOf(data: Fields): Fields[] {
  return Array.isArray(data.documents) ? data.documents.filter(isFields) : []
}

/** The ids of the images of these documents. */
export function imageIdsOf(documents: readonly Fields[]): string[] {
  return documents.flatMap(({ images }) =>
    Array.isArray(images) ? images.flatMap((image) => (typeof image?.id === 'string' ? [image.id] : [])) : [],
  )
}

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
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

/** A value with what came later put over it, key by key (provider protocol 1.5). */
export function merged(before: Fields, later: Fields): Fields {
  return { ...before, ...later }
}
