import { z } from 'zod'
import { DocumentCategory, DocumentType } from './document.ts'
import { operation } from './operation.ts'
import { Uuid } from './scalars.ts'

/** How much of a date of birth is waited for. */
export const DatePrecision = z.enum(['YEAR', 'YEAR_MONTH', 'YEAR_MONTH_DAY'])
export type DatePrecision = z.infer<typeof DatePrecision>

/** How many steps a profile may wait for. */
const stepsMax = 100

const alone = <T extends string>(type: T) => z.object({ collection_type: z.literal(type) })
const ofDate = { precision: DatePrecision.optional() }
const ofDocument = {
  category: DocumentCategory,
  facial_similarity: z.boolean().optional(),
  allowed_types: z.array(DocumentType).max(50),
}
const kinds = [
  alone('FULL_NAME'),
  alone('DOB').extend(ofDate),
  alone('ADDRESS_HISTORY'),
  alone('NATIONALITY'),
  alone('EMAIL'),
  alone('PHONE_NUMBER'),
] as const

/** Data that is waited for. It is gone once the data is there. */
export const CollectionStep = z
  .discriminatedUnion('collection_type', [
    ...kinds,
    alone('DOCUMENT').extend({ id: Uuid, ...ofDocument }),
    alone('DOCUMENT_FOR_TASK').extend({ id: Uuid, task_id: Uuid }),
  ])
  .meta({ id: 'CollectionStep' })
export type CollectionStep = z.infer<typeof CollectionStep>

/** Data to wait for; steps for documents are given an id where they have none. */
export const NewCollectionStep = z.discriminatedUnion('collection_type', [
  ...kinds,
  alone('DOCUMENT').extend({ id: Uuid.optional(), ...ofDocument }),
  alone('DOCUMENT_FOR_TASK').extend({ id: Uuid.optional(), task_id: Uuid }),
])
export type NewCollectionStep = z.infer<typeof NewCollectionStep>

export const ListCollectionSteps = operation({
  name: 'ListCollectionSteps',
  summary: 'Lists the data that is waited for',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/collection_steps',
  may: 'READ_PROFILE_COLLECTION_STEPS',
  params: z.object({ profile_id: Uuid }),
  output: z.array(CollectionStep),
})

export const ReplaceCollectionSteps = operation({
  name: 'ReplaceCollectionSteps',
  summary: 'Says anew which data is waited for; steps whose data is there already are gone at once',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/collection_steps',
  may: 'EDIT_PROFILE_COLLECTION_STEPS',
  params: z.object({ profile_id: Uuid }),
  body: z.array(NewCollectionStep).max(stepsMax),
  output: z.array(CollectionStep),
})
