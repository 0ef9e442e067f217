import type { ImmediateData, LinkedProfile } from './associate.ts'
import type { CompanyData } from './collected-data.ts'

/** The classic lists of a company's `collected_data` that hold associates, with dots (public API 4.0, section 4). */
export const classicLists = [
  'officers.directors',
  'officers.secretaries',
  'officers.partners',
  'officers.trustees',
  'officers.resigned',
  'officers.other',
  'ownership_structure.shareholders',
  'ownership_structure.beneficial_owners',
  'authorized_persons',
  'unauthorized_persons',
] as const

/** The classic list that an associate stands in. */
export type ClassicList = (typeof classicLists)[number]

/** What every entry of a list of associates has, classic or newer. */
export interface AssociateLike {
  linked_profile?: LinkedProfile | undefined
  immediate_data?: ImmediateData | undefined
}

/** A copy of the company with every entry of every list of associates changed; absent lists stay absent. */
export function mapAssociates(
  data: CompanyData,
  change: <A extends AssociateLike>(associate: A) => A,
): CompanyData {
  const { officers, ownership_structure } = data
  return {
    ...data,
    ...present({
      authorized_persons: data.authorized_persons?.map(change),
      unauthorized_persons: data.unauthorized_persons?.map(change),
      associated_entities: data.associated_entities?.map(change),
      officers: officers && {
        ...officers,
        ...present({
          directors: officers.directors?.map(change),
          secretaries: officers.secretaries?.map(change),
          partners: officers.partners?.map(change),
          resigned: officers.resigned?.map(change),
          trustees: officers.trustees?.map(change),
          other: officers.other?.map(change),
        }),
      },
      ownership_structure: ownership_structure && {
        ...ownership_structure,
        ...present({
          shareholders: ownership_structure.shareholders?.map(change),
          beneficial_owners: ownership_structure.beneficial_owners?.map(change),
        }),
      },
    }),
  }
}

/** The fields that have a value. */
function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
}
