import fc from 'fast-check'
import type { Case } from './case.ts'
import { Policy } from './policy.ts'

const uuids = Array.from({ length: 12 }, (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`)
const uuidAt = (at: number) => uuids[at] ?? ''
const variantAliases = ['v0', 'v1', 'v2', 'v3', 'v4', 'v5']
const elementIds = ['e0', 'e1', 'e2', 'e3', 'e4']

const element = (id: string) =>
  fc.oneof(
    fc.record({
      kind: fc.constant('task' as const),
      id: fc.constant(id),
      task_variants: fc.array(fc.constantFrom(...variantAliases, 'not-there'), {
        minLength: 1,
        maxLength: 4,
      }),
      next: fc.constantFrom(...elementIds, 'nowhere'),
    }),
    fc.record({
      kind: fc.constant('branch' as const),
      id: fc.constant(id),
      question: fc.constant({ about: 'risk_level' as const, is_any_of: ['HIGH' as const] }),
      yes: fc.constantFrom(...elementIds),
      no: fc.constantFrom(...elementIds),
    }),
    fc.record({
      kind: fc.constant('outcome' as const),
      id: fc.constant(id),
      outcome: fc.constantFrom('APPROVE' as const, 'REVIEW' as const, 'REJECT' as const),
    }),
  )

const flow = (at: number) =>
  fc.record({
    id: fc.constant(uuidAt(at)),
    alias: fc.constant(`flow${at}`),
    name: fc.constant('Flow'),
    entity_type: fc.constant('INDIVIDUAL' as const),
    start: fc.constantFrom(...elementIds, 'nowhere'),
    elements: fc.tuple(...elementIds.map(element)).map((all) => [...all]),
  })

const product = (at: number) =>
  fc.record({
    id: fc.constant(uuidAt(at)),
    alias: fc.constant(`product${at}`),
    name: fc.constant('Product'),
    automatically_apply: fc.boolean(),
    automatically_approve: fc.boolean(),
    applicants: fc.constantFrom('CUSTOMER' as const, 'ASSOCIATED' as const),
    intake: fc.constant('open' as const),
    smart_policies: fc.record({ INDIVIDUAL: fc.constantFrom('flow0', 'flow1', 'flow2', 'flow9') }),
  })

/** Any policy: flows in circles, into nothing, with questions at once, with variants that do not exist. */
export const anyPolicy = fc
  .record({
    products: fc.tuple(product(0), product(1), product(2)),
    smart_policies: fc.tuple(flow(0), flow(1), flow(2)),
  })
  .map((parts) =>
    Policy.parse({
      version: 1,
      ...parts,
      task_variants: variantAliases.map((alias, at) => ({
        id: uuidAt(at),
        alias,
        name: alias,
        description: '',
        task_type: 'INDIVIDUAL_MANUAL_TASK',
      })),
    }),
  )

const variantId = fc.constantFrom(...variantAliases.map((_, at) => uuidAt(at)))
const status = fc.constantFrom(
  'APPLIED' as const,
  'APPROVED' as const,
  'IN_REVIEW' as const,
  'REJECTED' as const,
  'CANCELLED' as const,
)

const application = (at: number) =>
  fc.record({
    id: fc.constant(`application-${at}`),
    productId: fc.constantFrom(...[0, 1, 2, 9].map(uuidAt)),
    status,
    flag: fc.constantFrom('AUTOMATING' as const, 'DECIDED' as const, 'READY_FOR_DECISION' as const),
    requiredVariants: fc.array(variantId, { maxLength: 3 }),
  })

const task = (at: number) =>
  fc.record({
    id: fc.constant(`task-${at}`),
    variantId,
    state: fc.constantFrom('INCOMPLETE' as const, 'COMPLETED_PASS' as const, 'COMPLETED_FAIL' as const),
    isExpired: fc.boolean(),
  })

/** Any case, also ones that no sequence of calls leads to. */
export const anyCase: fc.Arbitrary<Case> = fc.record({
  entityType: fc.constant('INDIVIDUAL' as const),
  category: fc.constantFrom(
    'CUSTOMER' as const,
    'PREVIOUS_CUSTOMER' as const,
    'APPLICANT' as const,
    'INACTIVE_APPLICANT' as const,
  ),
  status: fc.constantFrom('NORMAL' as const, 'SUSPENDED' as const, 'BANNED' as const),
  applications: fc
    .nat({ max: 4 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => application(at)))),
  tasks: fc.nat({ max: 6 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, at) => task(at)))),
})
