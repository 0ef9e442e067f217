import type { CheckType } from '@drawbridge/schema/check.ts'
import { companyData } from './company.ts'
import type { Family } from './family.ts'
import { identity } from './identity.ts'
import { screening } from './screening.ts'

/** The family of each check type that a provider can answer. */
export const families: Partial<Readonly<Record<CheckType, Family>>> = {
  IDENTITY_CHECK: identity,
  PEPS_AND_SANCTIONS_SCREEN: screening,
  COMPANY_PEPS_AND_SANCTIONS_SCREEN: screening,
  COMPANY_DATA: companyData,
}
