import { z } from 'zod'
import { type ImmediateData, LinkedProfile } from './associate.ts'
import { companyData } from './company.ts'
import { Document } from './document.ts'
import { IndividualData } from './individual.ts'
import { operation } from './operation.ts'
import { Uuid } from './scalars.ts'
import { withoutNulls } from './without-nulls.ts'

/** The facts about an associate that has no profile of its own; its own associates may hold such facts again. */
export const ImmediateEntityData: z.ZodType<ImmediateData, ImmediateData> = z.lazy(() => EntityData)

/** All facts held about a company, linked profiles by id alone: as they are written and stored. */
export const CompanyData = companyData(LinkedProfile, ImmediateEntityData, '')
export type CompanyData = z.infer<typeof CompanyData>

/** All facts held about a person or a company, as they are written and stored. */
export const EntityData = z
  .discriminatedUnion('entity_type', [IndividualData, CompanyData])
  .meta({ id: 'EntityData' })
export type EntityData = z.infer<typeof EntityData>

/** `collected_data` as a request brings it: an optional field that is null counts as absent and is not stored. */
export const CollectedDataBody = z.preprocess(
  (value: z.input<typeof EntityData>) => withoutNulls(EntityData, value),
  EntityData,
)

/** A document as a request brings it; null counts as absent. */
export const NewDocument = z.preprocess(
  (value: z.input<typeof Document>) => withoutNulls(Document, value),
  Document,
)

export const AddDocument = operation({
  name: 'AddDocument',
  summary: 'Adds one document to the collected data, leaving the rest as it is',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/collected_data/documents',
  may: 'EDIT_PROFILE_COLLECTED_DATA',
  params: z.object({ profile_id: Uuid }),
  body: NewDocument,
  output: Document,
})
