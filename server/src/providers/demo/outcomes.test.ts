import { outcomeOf } from '@drawbridge/policy/check-outcome.ts'
import { checkTypes } from '@drawbridge/policy/check-types.ts'
import type { CheckResult, CheckType } from '@drawbridge/schema/check.ts'
import { expect, test } from 'vitest'
import { demoProvider } from './index.ts'
import { companyInput, individualInput } from './input.test-kit.ts'

const order = {
  checkId: 'x',
  demoResult: null,
  relationship: 'DIRECT',
  config: {},
  credentials: null,
} as const
const signal = new AbortController().signal

async function resultOf(type: CheckType, words: string, demoResult: string | null): Promise<CheckResult> {
  const input = checkTypes[type].entityType === 'COMPANY' ? companyInput(words) : individualInput(words)
  const provider = demoProvider(type)
  const wished = { ...order, demoResult }
  const answer = await provider.start({ ...wished, input }, signal)
  const last = answer.state === 'started' ? await provider.poll({ ...wished, ...answer }, signal) : answer
  if (last.state !== 'final') throw new Error('The demo provider ends with the first poll.')
  return outcomeOf(type, last, undefined).result
}

const byWords: readonly (readonly [CheckType, Readonly<Record<string, CheckResult>>])[] = [
  ['IDENTITY_CHECK', { '': '2+2', '1+1': '1+1', FAIL: 'Fail', NODATA: 'Fail', ERROR: 'Error' }],
  ['DOCUMENT_VERIFICATION', { '': 'Pass', FAIL: 'Fail', REFER: 'Fail' }],
  ['DOCUMENT_FETCH', { '': 'Pass', FAIL: 'Fail' }],
  ['DOCUMENT_CAPTURE', { '': 'Pass', FAIL: 'Fail' }],
  [
    'PEPS_AND_SANCTIONS_SCREEN',
    { '': 'Pass', PEP: 'PEP', SANCTION: 'Sanction', MEDIA: 'Media', REFER: 'Refer', 'MONITOR-PEP': 'Pass' },
  ],
  ['VISA_CHECK', { '': 'Pass', FAIL: 'Fail' }],
  ['CRA_BANK_ACCOUNT_VERIFICATION', { '': 'Pass', FAIL: 'Fail', REFER: 'Pass' }],
  ['DEVICE_FRAUD_DETECTION', { '': 'Pass', REFER: 'Refer', FAIL: 'Fail' }],
  ['FRAUD_SCREENING', { '': 'Pass', REFER: 'Refer', FAIL: 'Refer' }],
  ['GEOCODING', { '': 'Pass', NODATA: 'Fail' }],
  ['INDIVIDUAL_CUSTOM', { '': 'Pass', '1+1': 'Partial', REFER: 'Refer', FAIL: 'Fail' }],
  ['COMPANY_REGISTRY', { '': 'Pass', NODATA: 'Fail', INACTIVE: 'Refer', FAIL: 'Fail' }],
  ['COMPANY_CHARITIES_REGISTRY', { '': 'Pass', NODATA: 'Fail' }],
  ['COMPANY_OWNERSHIP', { '': 'Pass', SHAREHOLDERS: 'Partial', NODATA: 'Fail' }],
  ['COMPANY_DATA', { '': 'Pass', SHAREHOLDERS: 'Pass', INACTIVE: 'Fail', NODATA: 'Fail', FAIL: 'Fail' }],
  ['COMPANY_FILINGS', { '': 'Pass', NODATA: 'Fail' }],
  ['COMPANY_FILING_PURCHASE', { '': 'Pass', NODATA: 'Fail' }],
  ['COMPANY_PEPS_AND_SANCTIONS_SCREEN', { '': 'Pass', SANCTION: 'Sanction', MEDIA: 'Media' }],
  ['COMPANY_DOCUMENT_VERIFICATION', { '': 'Pass', FAIL: 'Fail' }],
  ['COMPANY_FRAUD_SCREENING', { '': 'Pass', REFER: 'Refer' }],
  ['COMPANY_MERCHANT_FRAUD_SCREENING', { '': 'Completed', REFER: 'Refer' }],
  ['COMPANY_CUSTOM', { '': 'Pass', REFER: 'Refer' }],
]

test.each(byWords)('the words in a name lead a %s to the result they name', async (type, results) => {
  for (const [words, result] of Object.entries(results)) {
    expect([words, await resultOf(type, words, null)]).toEqual([words, result])
    expect([words, await resultOf(type, words.toLowerCase(), 'ANY')]).toEqual([words, result])
  }
})

test.each([
  ['IDENTITY_CHECK', 'NO_MATCHES', 'Fail'],
  ['IDENTITY_CHECK', 'ONE_NAME_ADDRESS_MATCH', '1+1'],
  ['IDENTITY_CHECK', 'ONE_NAME_ADDRESS_DOB_MATCH', '1+1'],
  ['IDENTITY_CHECK', 'TWO_NAME_ADDRESS_MATCH', '2+2'],
  ['IDENTITY_CHECK', 'ONE_NAME_ADDRESS_ONE_NAME_DOB_MATCH', '2+2'],
  ['IDENTITY_CHECK', 'MORTALITY_MATCH', 'Fail'],
  ['IDENTITY_CHECK', 'ONE_NAME_ADDRESS_ONE_NAME_DOB_MORTALITY_MATCH', 'Fail'],
  ['PEPS_AND_SANCTIONS_SCREEN', 'SCREEN_SINGLE_REFER', 'Refer'],
  ['PEPS_AND_SANCTIONS_SCREEN', 'SCREEN_ALL_FLAGS_SAME_HIT', 'Sanction'],
  ['COMPANY_DATA', 'ALL_DATA', 'Pass'],
  ['COMPANY_DATA', 'COMPANY_NUMBER_MISMATCH', 'Fail'],
  ['DOCUMENT_CAPTURE', 'DOCUMENT_ALL_CATEGORIES_ADDRESS_FORGERY_CHECK_FAILURE', 'Fail'],
  ['DOCUMENT_CAPTURE', 'DOCUMENT_SINGLE_CATEGORY_IDENTITY_ALL_PASS', 'Pass'],
] as const)('%s asked for %s has the result %s', async (type, demoResult, result) => {
  expect(await resultOf(type, '', demoResult)).toBe(result)
})
