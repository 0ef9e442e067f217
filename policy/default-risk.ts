import type { z } from 'zod'
import type { RiskFactor, RiskModel } from './policy.ts'

type FactorInput = z.input<typeof RiskFactor>
type EventType = Extract<FactorInput['property'], { of: 'matches' }>['event_type']

/**
 * Countries that need a closer look, as an example: an account keeps its own list. The gravest are those that the
 * Financial Action Task Force calls on everybody to act against.
 */
export const countriesOfConcern = {
  gravest: ['IRN', 'MMR', 'PRK'],
  further: ['AFG', 'BLR', 'CUB', 'HTI', 'RUS', 'SSD', 'SYR', 'YEM'],
}

const byCountry = [
  {
    description: 'A country that calls for action',
    when: { is: 'any_of' as const, values: countriesOfConcern.gravest },
    score: 100,
  },
  {
    description: 'A country of concern',
    when: { is: 'any_of' as const, values: countriesOfConcern.further },
    score: 50,
  },
]

function matches(alias: string, name: string, eventType: EventType, score: number): FactorInput {
  return {
    alias,
    name,
    property: { of: 'matches', event_type: eventType },
    rules: [{ description: 'At least one match', when: { is: 'number', from: 1 }, score }],
  }
}

// A match counts while nobody has looked at it, so a possible one keeps an application from being approved by itself.
const exposure = [
  matches('pep_matches', 'Political exposure', 'PEP_FLAG', 100),
  matches('sanction_matches', 'Sanctions', 'SANCTION_FLAG', 200),
  matches('media_matches', 'Adverse media', 'ADVERSE_MEDIA_FLAG', 50),
]
const exposureGroup = {
  name: 'Exposure',
  factors: exposure.map((factor) => factor.alias),
  combine: 'highest' as const,
}
const thresholds = { medium: 50, high: 100 }

/** How the risk of persons and of companies is told. Where somebody lives must be known; the rest counts when it is. */
export const defaultRiskModels: z.input<typeof RiskModel>[] = [
  {
    id: '6d7e8f90-3b4c-4d5e-8f90-000000000001',
    alias: 'person_risk',
    name: 'Risk of a person',
    entity_type: 'INDIVIDUAL',
    thresholds,
    factors: [
      {
        alias: 'country_of_residence',
        name: 'Country of residence',
        property: { of: 'country_of_residence' },
        is_required: true,
        rules: byCountry,
      },
      { alias: 'nationality', name: 'Nationality', property: { of: 'nationality' }, rules: byCountry },
      {
        alias: 'age',
        name: 'Age',
        property: { of: 'age' },
        rules: [
          { description: 'Not of age', when: { is: 'number', to: 18 }, score: 100 },
          { description: 'Of great age', when: { is: 'number', from: 90 }, score: 30 },
        ],
      },
      ...exposure,
    ],
    groups: [
      { name: 'Geography', factors: ['country_of_residence', 'nationality'], combine: 'highest' },
      exposureGroup,
    ],
  },
  {
    id: '6d7e8f90-3b4c-4d5e-8f90-000000000002',
    alias: 'company_risk',
    name: 'Risk of a company',
    entity_type: 'COMPANY',
    thresholds,
    factors: [
      {
        alias: 'country_of_incorporation',
        name: 'Country of incorporation',
        property: { of: 'country_of_incorporation' },
        is_required: true,
        rules: byCountry,
      },
      ...exposure,
    ],
    groups: [exposureGroup],
  },
]
