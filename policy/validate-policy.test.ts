import { expect, test } from 'vitest'
import { defaultPolicy } from './default-policy.ts'
import { Policy } from './policy.ts'
import type { PolicyFaultCode } from './policy-fault.ts'
import { validatePolicy } from './validate-policy.ts'

type Document = ReturnType<typeof fresh>

/** The default policy, to be spoilt: one product and flow for tests stand first in their lists. */
function fresh() {
  return structuredClone(Policy.parse(defaultPolicy))
}

type Path = readonly (string | number)[]

/** Puts a value at a place of the document; the place before it must be there. */
function put(document: Document, path: Path, value: unknown): void {
  let holder: Record<string, unknown> = document as unknown as Record<string, unknown>
  for (const step of path.slice(0, -1)) holder = holder[String(step)] as Record<string, unknown>
  holder[String(path.at(-1))] = value
}

const taskAt = (alias: string) => defaultPolicy.task_variants.findIndex((variant) => variant.alias === alias)
const checkAt = (alias: string) =>
  defaultPolicy.check_variants.findIndex((variant) => variant.alias === alias)
const officers = taskAt('identify_officers')
const screening = taskAt('assess_exposure')
const firstElement = ['smart_policies', 0, 'elements', 0]

/** A fault, the place that is spoilt, what is put there, and where the fault is told when it is elsewhere. */
const spoilt: readonly (readonly [PolicyFaultCode, Path, unknown, string?])[] = [
  ['MALFORMED', ['products', 0, 'alias'], 'Not An Alias'],
  ['NO_PROVIDER', ['check_variants', 2, 'providers'], []],
  ['DUPLICATE_ID', ['task_variants', 1, 'id'], defaultPolicy.task_variants[0]?.id],
  ['DUPLICATE_ALIAS', ['decision_reasons', 1, 'alias'], defaultPolicy.decision_reasons[0]?.alias],
  ['UNKNOWN_ALIAS', ['products', 0, 'smart_policies', 'INDIVIDUAL'], 'nothing'],
  ['UNKNOWN_ALIAS', ['products', 0, 'risk_models', 'INDIVIDUAL'], 'nothing'],
  ['UNKNOWN_ALIAS', [...firstElement, 'task_variants', 1], 'nothing'],
  ['UNKNOWN_ALIAS', ['task_variants', 0, 'acceptance_checks', 0], 'nothing'],
  ['UNKNOWN_ALIAS', ['task_variants', officers, 'associates', 'product'], 'nothing'],
  ['UNKNOWN_ALIAS', ['decision_reasons', 0, 'products'], ['nothing'], '/decision_reasons/0/products/0'],
  [
    'UNKNOWN_ALIAS',
    ['risk_models', 0, 'factors', 1, 'property'],
    { of: 'custom_field', alias: 'x' },
    '/risk_models/0/factors/1/property/alias',
  ],
  ['WRONG_ENTITY_TYPE', ['products', 1, 'smart_policies', 'COMPANY'], 'migrated_person'],
  ['WRONG_ENTITY_TYPE', ['products', 1, 'risk_models', 'COMPANY'], 'person_risk'],
  ['WRONG_ENTITY_TYPE', [...firstElement, 'task_variants', 1], 'verify_company'],
  ['PRODUCT_WITHOUT_POLICY', ['products', 4, 'smart_policies'], {}],
  ['RISK_QUESTION_WITHOUT_MODEL', ['products', 0, 'risk_models'], {}],
  [
    'DUPLICATE_ELEMENT',
    ['smart_policies', 1, 'elements', 2],
    { kind: 'outcome', id: 'review', outcome: 'REVIEW' },
    '/smart_policies/1/elements/2/id',
  ],
  ['ELEMENT_LEADS_NOWHERE', ['smart_policies', 1, 'start'], 'nowhere'],
  ['ELEMENT_LEADS_NOWHERE', [...firstElement, 'next'], 'nowhere'],
  ['ELEMENT_LEADS_NOWHERE', ['smart_policies', 0, 'elements', 1, 'yes'], 'nowhere'],
  [
    'ELEMENT_NEVER_REACHED',
    ['smart_policies', 1, 'elements', 2],
    { kind: 'outcome', id: 'lost', outcome: 'REJECT' },
  ],
  [
    'FLOW_WITHOUT_OUTCOME',
    ['smart_policies', 1, 'elements', 0, 'next'],
    'tasks',
    '/smart_policies/1/elements',
  ],
  ['FLOW_IN_A_CIRCLE', ['smart_policies', 0, 'elements', 3, 'no'], 'tasks', '/smart_policies/0/elements/0'],
  ['MALFORMED_PATH', ['smart_policies', 0, 'elements', 1, 'question', 'path'], 'address_history..country'],
  [
    'MALFORMED_PATH',
    ['risk_models', 0, 'factors', 1, 'property'],
    { of: 'collected_data', path: '' },
    '/risk_models/0/factors/1/property/path',
  ],
  // Two totals of such scores are infinite, and cancel out to what is no number: a level that is never the same.
  ['MALFORMED', ['risk_models', 0, 'factors', 0, 'rules', 0, 'score'], 1e308],
  ['MALFORMED', ['risk_models', 0, 'thresholds', 'high'], -1e308],
  ['MALFORMED', ['task_variants', 0, 'expiry'], { days: 1e12 }, '/task_variants/0/expiry/days'],
  ['CHECK_NOT_FOR_TASK', ['task_variants', 0, 'acceptance_checks', 0], 'screening'],
  ['CHECK_NEVER_AUTOMATIC', ['task_variants', 0, 'automatic_checks', 0], 'document_fetch'],
  [
    'ACCEPTANCE_NEVER_PASSES',
    ['task_variants', taskAt('screen_merchant_fraud'), 'acceptance_checks'],
    ['merchant_fraud_check'],
    `/task_variants/${taskAt('screen_merchant_fraud')}/acceptance_checks/0`,
  ],
  ['FORMS_NOT_ALLOWED', ['task_variants', screening, 'forms'], ['a_form']],
  ['SKIP_NOT_ALLOWED', ['task_variants', 0, 'skip_first_version'], true],
  [
    'NOTICE_TOO_LONG',
    ['task_variants', 0, 'expiry'],
    { days: 400, days_by_risk: { HIGH: 30 }, notification_days: 30 },
    '/task_variants/0/expiry/notification_days',
  ],
  [
    'NOT_ABOUT_ASSOCIATES',
    ['task_variants', 0, 'associates'],
    defaultPolicy.task_variants[officers]?.associates,
  ],
  [
    'NOT_ABOUT_ASSOCIATES',
    ['task_variants', taskAt('identify_authorized_persons'), 'associates', 'add'],
    { who: 'all' },
  ],
  ['PRODUCT_NOT_FOR_ASSOCIATES', ['task_variants', officers, 'associates', 'product'], 'business_account'],
  ['NO_CONDITION', ['task_variants', officers, 'associates', 'passes_when'], {}],
  ['DUPLICATE_PROVIDER', ['check_variants', 0, 'providers', 1], { provider: 'demo', config: {} }],
  [
    'DUPLICATE_DEFAULT',
    ['check_variants', checkAt('document_fetch'), 'check_type'],
    'DOCUMENT_VERIFICATION',
    `/check_variants/${checkAt('document_fetch')}/is_default`,
  ],
  ['NEVER_MONITORED', ['check_variants', 0, 'is_monitored'], true],
  ['NO_COMPANY_SEARCH', ['check_variants', 0, 'is_company_search'], true],
  ['IMPOSSIBLE_RESULT', ['check_variants', 0, 'decisions', 'PEP'], 'PASS'],
  ['IMPOSSIBLE_RESULT', ['check_variants', 0, 'decisions', 'Error'], 'PASS'],
  ['UNKNOWN_FACTOR', ['risk_models', 0, 'groups', 0, 'factors', 1], 'nothing'],
  ['FACTOR_IN_TWO_GROUPS', ['risk_models', 0, 'groups', 1, 'factors', 0], 'nationality'],
  ['THRESHOLD_ORDER', ['risk_models', 1, 'thresholds', 'high'], 50],
  [
    'DUPLICATE_ALIAS',
    ['risk_models', 1, 'factors', 0, 'alias'],
    'pep_matches',
    '/risk_models/1/factors/1/alias',
  ],
  ['EMPTY_RANGE', ['risk_models', 0, 'factors', 2, 'rules', 0, 'when'], { is: 'number', from: 9, to: 9 }],
  [
    'LIST_WITHOUT_OPTIONS',
    ['custom_fields', 0],
    {
      id: '00000000-0000-4000-8000-000000000001',
      alias: 'job',
      name: 'Job',
      entity_type: 'INDIVIDUAL',
      type: 'LIST',
      options: [],
    },
    '/custom_fields/0/options',
  ],
]

for (const [code, path, value, pointer] of spoilt)
  test(`${code} is told where it is: /${path.join('/')}`, () => {
    const document = fresh()
    put(document, path, value)
    const { policy, faults } = validatePolicy(document)
    expect(policy).toBeNull()
    const wanted = pointer ?? `/${path.join('/')}`
    expect(faults.map((found) => `${found.code} ${found.pointer}`)).toContain(`${code} ${wanted}`)
    for (const { message } of faults) expect(message).not.toBe('')
  })

test('one provider may be asked twice for different countries', () => {
  const document = fresh()
  put(
    document,
    ['check_variants', 0, 'providers'],
    [
      { provider: 'demo', config: {}, countries: ['GBR'] },
      { provider: 'demo', config: {}, countries: ['FRA'] },
    ],
  )
  expect(validatePolicy(document).faults).toEqual([])
})

test('a way that comes together again is no circle', () => {
  const document = fresh()
  put(document, ['smart_policies', 0, 'elements', 1, 'yes'], 'is_low_or_medium_risk')
  expect(validatePolicy(document).faults.map(({ code }) => code)).toEqual(['ELEMENT_NEVER_REACHED'])
})

test('what is no policy at all is malformed, and no more than 200 faults are told', () => {
  for (const document of [null, 7, 'policy', [], {}])
    expect(validatePolicy(document).faults[0]).toMatchObject({ code: 'MALFORMED' })
  const many = fresh()
  put(
    many,
    [...firstElement, 'task_variants'],
    Array.from({ length: 500 }, (_, at) => `nothing-${at}`),
  )
  expect(validatePolicy(many).faults).toHaveLength(200)
})
