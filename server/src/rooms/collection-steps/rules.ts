import type { EntityData } from '@drawbridge/schema/collected-data.ts'
import type { CollectionStep, DatePrecision } from '@drawbridge/schema/collection-step.ts'
import type { Document } from '@drawbridge/schema/document.ts'

type DocumentStep = Extract<CollectionStep, { collection_type: 'DOCUMENT' }>

const lengths: Readonly<Record<DatePrecision, number>> = { YEAR: 4, YEAR_MONTH: 7, YEAR_MONTH_DAY: 10 }

/** What steps look at, of a person or a company alike. */
interface Told {
  readonly hasName: boolean
  readonly dob: string
  readonly nationality: string | undefined
  readonly hasAddress: boolean
  readonly email: string | undefined
  readonly phone: string | undefined
}

const hasText = (text: unknown): boolean => typeof text === 'string' && /\S/.test(text)

function toldBy(data: EntityData): Told {
  if (data.entity_type === 'COMPANY') {
    const { metadata } = data
    const contact = metadata?.contact_information ?? metadata?.contact_details
    return {
      hasName: hasText(metadata?.name),
      dob: '',
      nationality: undefined,
      hasAddress: (metadata?.addresses ?? []).length > 0,
      email: contact?.email,
      phone: contact?.phone_number,
    }
  }
  const details = data.personal_details
  return {
    hasName: hasText(details?.name?.family_name) && (details?.name?.given_names ?? []).some(hasText),
    dob: details?.dob ?? '',
    nationality: details?.nationality,
    hasAddress: (data.address_history ?? []).length > 0,
    email: data.contact_details?.email,
    phone: data.contact_details?.phone_number,
  }
}

/** A document that somebody can look at: one with an image or a file. */
const isShown = (document: Document): boolean =>
  (document.images ?? []).length > 0 || (document.files ?? []).length > 0

function isWanted(step: DocumentStep, document: Document): boolean {
  if (!isShown(document) || document.category !== step.category) return false
  if (step.allowed_types.length > 0 && !step.allowed_types.includes(document.document_type)) return false
  return (
    step.facial_similarity !== true || (document.images ?? []).some((image) => image.image_type === 'FACE')
  )
}

/** Whether what the step waits for is there. A date of birth that says no precision is wanted to the day. */
function isSatisfied(step: CollectionStep, told: Told, documents: readonly Document[]): boolean {
  switch (step.collection_type) {
    case 'FULL_NAME':
      return told.hasName
    case 'DOB':
      return told.dob.length >= lengths[step.precision ?? 'YEAR_MONTH_DAY']
    case 'NATIONALITY':
      return hasText(told.nationality)
    case 'ADDRESS_HISTORY':
      return told.hasAddress
    case 'EMAIL':
      return hasText(told.email)
    case 'PHONE_NUMBER':
      return hasText(told.phone)
    case 'DOCUMENT':
      return documents.some((document) => isWanted(step, document))
    case 'DOCUMENT_FOR_TASK':
      return documents.some((document) => document.id === step.id && isShown(document))
  }
}

/**
 * The steps that still wait, in their order. Documents: a step that names category and types ends with any document
 * like that. A step for a task's document ends with the document that has the step's id, or else with the next that is
 * added (`addedId`) and that no other step waits for: one document ends one such step.
 */
export function openSteps(
  steps: readonly CollectionStep[],
  data: EntityData,
  addedId?: string,
): CollectionStep[] {
  const told = toldBy(data)
  const documents = data.documents ?? []
  const open = steps.filter((step) => !isSatisfied(step, told, documents))
  const added = documents.find((document) => document.id === addedId && isShown(document))
  if (addedId === undefined || !added) return open
  const isForAnother = steps.some(
    (step) =>
      (step.collection_type === 'DOCUMENT' && isWanted(step, added)) ||
      (step.collection_type === 'DOCUMENT_FOR_TASK' && step.id === addedId),
  )
  const answered = isForAnother ? -1 : open.findIndex((step) => step.collection_type === 'DOCUMENT_FOR_TASK')
  return open.filter((_, index) => index !== answered)
}
