import fc from 'fast-check'
import type { Case, CaseApplication, CaseCheck, CaseEvent, CaseTask } from './case.ts'
import { defaultPolicy } from './default-policy.ts'
import { findProduct, findTaskVariant } from './look-up.ts'
import { Policy } from './policy.ts'

const uuids = Array.from({ length: 12 }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`)
const uuidAt = (at: number) => uuids[at] ?? ''
const variantAliases = ['v0', 'v1', 'v2', 'v3', 'v4', 'v5']
const checkAliases = ['c0', 'c1', 'c2']
const elementIds = ['e0', 'e1', 'e2', 'e3', 'e4']
const levels = ['LOW', 'MEDIUM', 'HIGH', 'UNDETERMINED'] as const

/** The instant of every decision in the tests that do not say another. */
export const now = new Date('2026-11-20T12:00:00Z')

const dayMs = 24 * 60 * 60 * 1000

/** An instant so many days from now. */
export const inDays = (days: number) => new Date(now.getTime() + days * dayMs)

const question = fc.oneof(
  fc.record({
    about: fc.constant('risk_level' as const),
    is_any_of: fc.subarray([...levels], { minLength: 1 }),
  }),
  fc.record({ about: fc.constant('is_associate' as const) }),
  fc.record({
    about: fc.constant('associated_role' as const),
    is_any_of: fc.constant(['DIRECTOR' as const]),
  }),
  fc.record({
    about: fc.constant('collected_data' as const),
    path: fc.constantFrom('custom_fields_data.word', 'nothing.there'),
    is_any_of: fc.constant(['a', 'b']),
  }),
)

const element = (id: string) =>
  fc.oneof(
    fc.record({
      kind: fc.constant('task' as const),
      id: fc.constant(id),
      task_variants: fc.array(fc.constantFrom(...variantAliases, 'not-there'), {
        minLength: 1,
        maxLength: 3,
      }),
      next: fc.constantFrom(...elementIds, 'nowhere'),
    }),
    fc.record({
      kind: fc.constant('branch' as const),
      id: fc.constant(id),
      question,
      yes: fc.constantFrom(...elementIds),
      no: fc.constantFrom(...elementIds),
    }),
    fc.record({
      kind: fc.constant('outcome' as const),
      id: fc.constant(id),
      outcome: fc.constantFrom('APPROVE' as const, 'APPROVE' as const, 'REVIEW' as const, 'REJECT' as const),
    }),
  )

const flow = (at: number) =>
  fc.record({
    id: fc.constant(uuidAt(at)),
    alias: fc.constant(`flow${at}`),
    name: fc.constant('Flow'),
    entity_type: fc.constant('COMPANY' as const),
    start: fc.constantFrom(...elementIds, 'nowhere'),
    elements: fc.tuple(...elementIds.map(element)).map((all) => [...all]),
  })

const product = (at: number) =>
  fc.record({
    id: fc.constant(uuidAt(at)),
    alias: fc.constant(`product${at}`),
    name: fc.constant('Product'),
    automatically_apply: fc.boolean(),
    automatically_approve: fc.constantFrom(true, true, false),
    applicants: fc.constantFrom('CUSTOMER' as const, 'ASSOCIATED' as const),
    intake: fc.constant('open' as const),
    smart_policies: fc.record({ COMPANY: fc.constantFrom('flow0', 'flow1', 'flow2', 'flow9') }),
    risk_models: fc.constantFrom({}, {}, { COMPANY: 'risk' }),
  })

const associateRules = fc.record({
  product: fc.constantFrom('product0', 'product1', 'product9'),
  add: fc.constantFrom(
    { who: 'nobody' as const },
    { who: 'all' as const },
    { who: 'share_at_least' as const, percentage: 25 },
  ),
  passes_when: fc.constantFrom({}, { count: 1 }, { percentage: 100 }, { roles: ['DIRECTOR' as const] }),
  passes_when_none_found: fc.boolean(),
})

const taskVariant = (alias: string, at: number) =>
  fc.record(
    {
      id: fc.constant(uuidAt(at)),
      alias: fc.constant(alias),
      name: fc.constant(alias),
      description: fc.constant(''),
      task_type: fc.constantFrom(
        'COMPANY_MANUAL_TASK' as const,
        'COMPANY_VERIFY_IDENTITY' as const,
        'COMPANY_IDENTIFY_OFFICERS' as const,
        'COMPANY_IDENTIFY_BENEFICIAL_OWNERS' as const,
        'COMPANY_ASSESS_SANCTIONS_EXPOSURE' as const,
        'COMPANY_ASSESS_MEDIA_AND_SANCTIONS_EXPOSURE' as const,
      ),
      acceptance_checks: fc.subarray([...checkAliases, 'not-there']),
      automatic_checks: fc.subarray([...checkAliases, 'not-there']),
      skip_first_version: fc.boolean(),
      expiry: fc.record({
        days: fc.constantFrom(1, 20, 400),
        notification_days: fc.constantFrom(0, 30, 500),
      }),
      associates: associateRules,
    },
    { requiredKeys: ['id', 'alias', 'name', 'description', 'task_type'] },
  )

const checkTypesUsed = [
  'COMPANY_DATA',
  'COMPANY_PEPS_AND_SANCTIONS_SCREEN',
  'COMPANY_FILING_PURCHASE',
] as const

const riskModel = fc.record({
  id: fc.constant(uuidAt(0)),
  alias: fc.constant('risk'),
  name: fc.constant('Risk'),
  entity_type: fc.constant('COMPANY' as const),
  thresholds: fc.constant({ medium: 50, high: 100 }),
  factors: fc.constant([
    {
      alias: 'matches',
      name: 'Matches',
      property: { of: 'matches' as const, event_type: 'SANCTION_FLAG' as const },
      rules: [{ description: 'Some', when: { is: 'number' as const, from: 1 }, score: 100 }],
    },
    {
      alias: 'word',
      name: 'Word',
      property: { of: 'custom_field' as const, alias: 'word' },
      is_required: true,
      rules: [{ description: 'A', when: { is: 'any_of' as const, values: ['a'] }, score: 60 }],
    },
  ]),
  rejects: fc.subarray(['LOW' as const, 'MEDIUM' as const, 'HIGH' as const], { maxLength: 1 }),
})

/** Any policy: flows in circles, into nothing, with questions at once, with names that do not exist. */
export const anyPolicy = fc
  .record({
    products: fc.tuple(product(0), product(1), product(2)),
    smart_policies: fc.tuple(flow(0), flow(1), flow(2)),
    task_variants: fc.tuple(...variantAliases.map(taskVariant)),
    risk_models: fc.tuple(riskModel),
  })
  .map((parts) =>
    Policy.parse({
      version: 1,
      ...parts,
      check_variants: checkAliases.map((alias, at) => ({
        id: uuidAt(at),
        alias,
        name: alias,
        check_type: checkTypesUsed[at],
        providers: [{ provider: 'demo' }],
      })),
    }),
  )

const variantId = fc.constantFrom(...variantAliases.map((_, at) => uuidAt(at)))
const anInstant = fc.integer({ min: -60, max: 40 }).map(inDays)
const seldom = fc.constantFrom(false, false, false, true)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

const application = (at: number): fc.Arbitrary<CaseApplication> =>
  fc.record({
    id: fc.constant(`application-${at}`),
    productId: fc.constantFrom(...[0, 1, 2, 9].map(uuidAt)),
    associatedRole: fc.constantFrom(null, 'DIRECTOR' as const),
    status: fc.constantFrom('APPLIED', 'APPLIED', 'APPROVED', 'IN_REVIEW', 'REJECTED', 'CANCELLED'),
    flag: fc.constantFrom('AUTOMATING', 'DECIDED', 'READY_FOR_DECISION'),
    requiredVariants: fc.uniqueArray(variantId, { maxLength: 2 }),
    risk: maybe(fc.record({ level: fc.constantFrom(...levels), score: fc.constantFrom(null, 0, 60) })),
    isHeldByPerson: seldom,
    isManualActionRaised: fc.boolean(),
  })

const task = (at: number): fc.Arbitrary<CaseTask> =>
  fc.record({
    id: fc.constant(`task-${at}`),
    variantId,
    state: fc.constantFrom(
      'INCOMPLETE',
      'COMPLETED_PASS',
      'COMPLETED_PASS',
      'COMPLETED_PASS',
      'COMPLETED_FAIL',
    ),
    isExpired: seldom,
    isHeldByPerson: seldom,
    createdAt: anInstant,
    passedAt: maybe(anInstant),
    expiresAt: maybe(anInstant),
    isSucceeded: fc.boolean(),
  })

const check = (at: number): fc.Arbitrary<CaseCheck> =>
  fc.record({
    id: fc.constant(`check-${at}`),
    variantId: maybe(fc.constantFrom(...[0, 1, 2, 9].map(uuidAt))),
    checkType: fc.constantFrom(...checkTypesUsed),
    state: fc.constantFrom('PENDING', 'RUNNING', 'COMPLETE', 'COMPLETE'),
    decision: fc.constantFrom(null, 'PASS', 'PASS', 'FAIL', 'PARTIAL', 'WARN', 'ERROR'),
    taskIds: fc.subarray(Array.from({ length: 6 }, (_, place) => `task-${place}`)),
    instructedAt: anInstant,
    completedAt: maybe(anInstant),
    foundAssociates: maybe(fc.boolean()),
  })

const event = (at: number): fc.Arbitrary<CaseEvent> =>
  fc.record({
    id: fc.constant(`event-${at}`),
    type: fc.constantFrom('PEP_FLAG', 'SANCTION_FLAG', 'ADVERSE_MEDIA_FLAG', 'REFER_FLAG', 'CHECK_EXPIRY'),
    resolution: fc.constantFrom('UNRESOLVED', 'MISMATCH', 'MISMATCH', 'MATCH', 'IGNORE', 'CREATED_TASK'),
    createdAt: anInstant,
  })

const associate = (at: number): fc.Arbitrary<Case['associates'][number]> =>
  fc.record({
    profileId: fc.constantFrom(null, `profile-${at}`),
    roles: fc.subarray(['DIRECTOR', 'SHAREHOLDER', 'COMPANY_SECRETARY', 'RESIGNED_OFFICER', 'OTHER']),
    share: maybe(fc.constantFrom(0, 10, 25, 100)),
    isFormer: fc.boolean(),
    taskVariantIds: fc.uniqueArray(variantId, { maxLength: 2 }),
    removedVariantIds: fc.uniqueArray(variantId, { maxLength: 1 }),
    approvedProductIds: fc.uniqueArray(fc.constantFrom(...[0, 1].map(uuidAt))),
  })

/** A list of at most so many, each with its place in its id. */
const some = <T>(max: number, make: (at: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.nat({ max }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => make(at))))

/** Any case, also ones that no sequence of calls leads to. */
export const anyCase: fc.Arbitrary<Case> = fc.record({
  entityType: fc.constant('COMPANY'),
  category: fc.constantFrom('CUSTOMER', 'PREVIOUS_CUSTOMER', 'APPLICANT', 'INACTIVE_APPLICANT'),
  status: fc.constantFrom('NORMAL', 'NORMAL', 'NORMAL', 'NORMAL', 'SUSPENDED', 'BANNED'),
  isAssociate: fc.boolean(),
  data: fc.constantFrom({}, { custom_fields_data: { word: 'a' } }, { custom_fields_data: { word: 'z' } }),
  applications: some(4, application),
  tasks: some(6, task),
  checks: some(5, check),
  events: some(3, event),
  associates: some(3, associate),
  openCollectionSteps: fc.constantFrom(0, 0, 1),
  disabledCheckVariantIds: fc.subarray([uuidAt(0), uuidAt(1)]),
})

/** What a test says of a case; the rest is an individual who lives in the United Kingdom and applies. */
export interface Said {
  readonly policy?: Policy
  readonly products?: readonly string[]
  readonly application?: Partial<CaseApplication>
  readonly tasks?: readonly (Partial<CaseTask> & { readonly variant: string })[]
  readonly rest?: Partial<Case>
}

/** A case in which an application asks for each of its tasks. */
export function caseLike(said: Said): Case {
  const { policy = defaultPolicy, products = [], tasks = [] } = said
  const made = tasks.map(({ variant, ...task }, at) => ({
    id: `task-${at}`,
    variantId: findTaskVariant(policy, { alias: variant })?.id ?? variant,
    state: 'INCOMPLETE' as const,
    isExpired: false,
    isHeldByPerson: false,
    createdAt: inDays(-1),
    passedAt: null,
    expiresAt: null,
    isSucceeded: false,
    ...task,
  }))
  return {
    entityType: 'INDIVIDUAL',
    category: 'APPLICANT',
    status: 'NORMAL',
    isAssociate: false,
    data: {
      entity_type: 'INDIVIDUAL',
      personal_details: { name: { given_names: ['Mira'], family_name: 'Oduya' }, dob: '1990-05-04' },
      address_history: [{ address: { type: 'STRUCTURED', country: 'GBR', postal_code: 'N1 6EN' } }],
    },
    applications: products.map((alias, at) => ({
      id: `application-${at}`,
      productId: findProduct(policy, { alias })?.id ?? alias,
      associatedRole: null,
      status: 'APPLIED',
      flag: 'AUTOMATING',
      requiredVariants: [...new Set(made.map((task) => task.variantId))],
      risk: { level: 'LOW', score: 0 },
      isHeldByPerson: false,
      isManualActionRaised: false,
      ...said.application,
    })),
    tasks: made,
    checks: [],
    events: [],
    associates: [],
    openCollectionSteps: 0,
    disabledCheckVariantIds: [],
    ...said.rest,
  }
}

/** A check that is complete and passed, unless said otherwise. */
export function checkLike(said: Partial<CaseCheck> & { readonly variant?: string }): CaseCheck {
  const { variant, ...rest } = said
  return {
    id: 'check',
    variantId: defaultPolicy.check_variants.find(({ alias }) => alias === variant)?.id ?? variant ?? null,
    checkType: 'IDENTITY_CHECK',
    state: 'COMPLETE',
    decision: 'PASS',
    taskIds: ['task-0'],
    instructedAt: inDays(-0.5),
    completedAt: inDays(-0.5),
    foundAssociates: null,
    ...rest,
  }
}
