import type { CheckType } from '@drawbridge/schema/check.ts'

type Fields = Readonly<Record<string, unknown>>

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

/** A value with what came later put over it, key by key (provider protocol 1.5). */
export function merged(before: Fields, later: Fields): Fields {
  return { ...before, ...later }
}
