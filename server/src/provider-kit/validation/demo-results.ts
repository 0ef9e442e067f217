import { isPeerObject, type PeerObject } from '../lenient.ts'
import type { ProviderDescription } from '../provider.ts'
import { anything, at, type DemoExpectation, erring, fine, objects } from './demo-expectation.ts'
import { screening } from './demo-screening.ts'
import { sampleCompany } from './sample-input.ts'

const all: readonly DemoExpectation[] = [
  { demoResult: 'ANY', isRequired: true, wanted: 'answers without errors', judge: anything },
  erring('ERROR_INVALID_CREDENTIALS', 'INVALID_CREDENTIALS'),
  erring('ERROR_ANY_PROVIDER_MESSAGE', 'PROVIDER_MESSAGE'),
  erring('ERROR_CONNECTION_TO_PROVIDER', 'PROVIDER_CONNECTION'),
]

function identityMatches(output: PeerObject): PeerObject[] {
  return objects(at(output.electronic_id_check, 'matches')).filter((match) => Number(match.count) > 0)
}

function matching(demoResult: string, counts: number, fields: readonly string[], isRequired: boolean) {
  const holds = (match: PeerObject) =>
    Array.isArray(match.matched_fields) &&
    fields.every((field) => [match.matched_fields].flat().includes(field))
  return {
    demoResult,
    isRequired,
    wanted: `finds ${counts} by ${fields.join(', ').toLowerCase()}`,
    judge: fine((output) => {
      const found = identityMatches(output)
        .filter(holds)
        .reduce((sum, match) => sum + Number(match.count), 0)
      return found >= counts ? null : `${found} such matches`
    }),
  }
}

const identity: readonly DemoExpectation[] = [
  {
    demoResult: 'NO_MATCHES',
    isRequired: true,
    wanted: 'finds nobody',
    judge: fine((output) => {
      const found = identityMatches(output).length
      return found === 0 ? null : `${found} matches`
    }),
  },
  matching('ONE_NAME_ADDRESS_MATCH', 1, ['FORENAME', 'SURNAME', 'ADDRESS'], true),
  matching('ONE_NAME_DOB_MATCH', 1, ['FORENAME', 'SURNAME', 'DOB'], false),
  {
    ...matching('TWO_NAME_ADDRESS_MATCH', 2, ['FORENAME', 'SURNAME', 'ADDRESS'], false),
    alsoKnownAs: ['TWO_NAME_ADDRESS_MATCHES'],
  },
  {
    demoResult: 'MORTALITY_MATCH',
    isRequired: false,
    wanted: 'finds an entry in a register of deaths',
    judge: fine((output) =>
      identityMatches(output).some((match) => match.database_type === 'MORTALITY') ? null : 'no such entry',
    ),
  },
]

function companyWith(
  demoResult: string,
  wanted: string,
  holds: (metadata: PeerObject) => boolean,
): DemoExpectation {
  const judge = fine(({ metadata }) => {
    if (!isPeerObject(metadata)) return 'no metadata of a company'
    return holds(metadata) ? null : 'another company'
  })
  return { demoResult, isRequired: true, wanted, judge }
}

const company: readonly DemoExpectation[] = [
  {
    demoResult: 'NO_DATA',
    isRequired: true,
    wanted: 'finds no company, without errors',
    judge: ({ output, errors }) => {
      if (errors[0]) return `the error ${errors[0].type}`
      return output === null || at(output.metadata, 'name') === undefined ? null : 'a company'
    },
  },
  companyWith('ALL_DATA', 'finds a company with all its data', ({ name, number }) => Boolean(name && number)),
  companyWith('COMPANY_INACTIVE', 'finds an inactive company', ({ is_active }) => is_active === false),
  companyWith(
    'COMPANY_NAME_MISMATCH',
    'finds a company of another name',
    ({ name }) => Boolean(name) && name !== sampleCompany.name,
  ),
  companyWith(
    'COMPANY_NUMBER_MISMATCH',
    'finds a company of another number',
    ({ number }) => Boolean(number) && number !== sampleCompany.number,
  ),
]

const passing = (demoResult: string, isRequired: boolean): DemoExpectation => ({
  demoResult,
  isRequired,
  wanted: 'finds documents that pass',
  judge: fine(({ documents }) => {
    const found = objects(documents)
    if (found.length === 0) return 'no document'
    return found.every((document) => at(document.verification_result, 'all_passed') === true)
      ? null
      : 'a document that does not pass'
  }),
})

const notPassing = (demoResult: string): DemoExpectation => ({
  demoResult,
  isRequired: false,
  wanted: 'finds a document that does not pass',
  judge: fine(({ documents }) =>
    objects(documents).some((document) => at(document.verification_result, 'all_passed') === false)
      ? null
      : 'no such document',
  ),
})

const documents: readonly DemoExpectation[] = [
  passing('DOCUMENT_ALL_PASS', true),
  notPassing('ERROR_UNSUPPORTED_DOCUMENT_TYPE'),
  notPassing('DOCUMENT_IMAGE_CHECK_FAILURE'),
  notPassing('DOCUMENT_FORGERY_CHECK_FAILURE'),
  notPassing('DOCUMENT_NAME_FIELD_DIFFERENT'),
]

const capture: readonly DemoExpectation[] = [
  passing('DOCUMENT_ALL_CATEGORIES_ALL_PASS', true),
  notPassing('DOCUMENT_ALL_CATEGORIES_IDENTITY_IMAGE_CHECK_FAILURE'),
]

function external(features: readonly string[]): DemoExpectation[] {
  return (['LINK', 'EMBED'] as const)
    .filter((type) => features.includes(`EXTERNAL_${type}`))
    .map((type) => ({
      demoResult: `EXTERNAL_RESOURCE_${type}`,
      isRequired: true,
      wanted: `answers with a page of type ${type}`,
      judge: (answer) =>
        anything(answer) ??
        (answer.externalResources.some((page) => page.type === type) ? null : 'no such page'),
    }))
}

const customOutput: DemoExpectation = {
  demoResult: 'CUSTOM_DATA_OUTPUT',
  isRequired: true,
  wanted: 'answers with the declared custom fields',
  judge: fine((output) =>
    isPeerObject(output.custom_fields_data) && Object.keys(output.custom_fields_data).length > 0
      ? null
      : 'no declared field with a value of its type in check_output.custom_fields_data',
  ),
}

function ofType({ checkType, supportedFeatures }: ProviderDescription): readonly DemoExpectation[] {
  if (checkType === 'IDENTITY_CHECK') return identity
  if (checkType === 'COMPANY_DATA') return company
  if (checkType === 'DOCUMENT_VERIFICATION' || checkType === 'DOCUMENT_FETCH') return documents
  if (checkType === 'DOCUMENT_CAPTURE') return capture
  return checkType.endsWith('PEPS_AND_SANCTIONS_SCREEN') ? screening(supportedFeatures) : []
}

/** The demo results that an integration is asked for: those of every check, of its type and of its features (1.6). */
export function demoExpectations(description: ProviderDescription): readonly DemoExpectation[] {
  const { supportedFeatures } = description
  return [
    ...all,
    ...ofType(description),
    ...external(supportedFeatures),
    ...(supportedFeatures.includes('CUSTOM_DATA_OUTPUT') ? [customOutput] : []),
  ]
}
