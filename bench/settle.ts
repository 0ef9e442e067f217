import type { Case, CaseCheck, CaseTask } from '@drawbridge/policy/case.ts'
import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import { findProduct } from '@drawbridge/policy/look-up.ts'
import { Policy, type PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import { settle } from '@drawbridge/policy/settle.ts'
import { percentile } from './http-load.ts'
import type { BenchOptions } from './options.ts'
import { type Figure, median, type Result } from './result.ts'

const taskCount = 20
const checkCount = 50
const now = new Date('2026-11-20T12:00:00Z')
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

/** Settles one large case in memory, over and over: one that has come to rest, and one with every task yet to pass. */
export async function settleCases(options: BenchOptions): Promise<Result> {
  const rounds = options.number('rounds', 2_000)
  const policy = widePolicy()
  const open = largeCase(policy)
  const { subject: atRest, actions } = settle(open, policy, now)
  const passed = actions.filter((action) => action.kind === 'pass-task').length
  if (passed === 0) throw new Error('The case has nothing to decide: its checks complete no task')
  const times = {
    rest: timesOf(() => settle(atRest, policy, now), rounds),
    open: timesOf(() => settle(open, policy, now), rounds),
  }
  return {
    name: 'settle',
    settings: { rounds, tasks: taskCount, checks: checkCount },
    figures: [
      ...figuresOf('a case with everything to decide', times.open),
      ...figuresOf('a case at rest', times.rest),
    ],
    details: {
      actions: actions.length,
      tasks_passed: passed,
      tasks: atRest.tasks.length,
      checks: atRest.checks.length,
    },
  }
}

function timesOf(work: () => unknown, rounds: number): number[] {
  for (let round = 0; round < rounds; round += 1) work()
  return Array.from({ length: rounds }, () => {
    const started = performance.now()
    work()
    return performance.now() - started
  })
}

function figuresOf(what: string, milliseconds: readonly number[]): Figure[] {
  return [
    { name: `settle, ${what}, median`, value: median(milliseconds), unit: 'ms', wanted: { most: 1 } },
    { name: `settle, ${what}, 99th percentile`, value: percentile(milliseconds, 0.99), unit: 'ms' },
  ]
}

/** The shipped policy with as many tasks for its individual account as the case has, over variants of its own. */
function widePolicy(): Policy {
  const models = defaultPolicy.task_variants.filter(
    (variant) => checksOf(variant).length > 0 && isOfPerson(variant),
  )
  const variants = Array.from({ length: taskCount }, (_, at): PolicyTaskVariant => {
    const model = models[at % models.length]
    if (!model) throw new Error('The shipped policy has no task of a person that a check completes')
    return { ...model, id: idOf('a', at), alias: `task-${at}` }
  })
  return Policy.parse({
    ...defaultPolicy,
    task_variants: [...defaultPolicy.task_variants, ...variants],
    smart_policies: defaultPolicy.smart_policies.map((flow) => {
      if (flow.alias !== 'individual_account') return flow
      const elements = flow.elements.map((element) =>
        element.kind === 'task' && element.id === flow.start
          ? { ...element, task_variants: variants.map(({ alias }) => alias) }
          : element,
      )
      return { ...flow, elements }
    }),
  })
}

const isOfPerson = (variant: PolicyTaskVariant) => variant.task_type.startsWith('INDIVIDUAL_')
const checksOf = (variant: PolicyTaskVariant) => variant.acceptance_checks
const idOf = (kind: string, at: number) => `${kind.repeat(8)}-0000-4000-8000-${String(at).padStart(12, '0')}`

function largeCase(policy: Policy): Case {
  const product = findProduct(policy, { alias: 'individual_account' })
  const variants = policy.task_variants.filter(({ alias }) => alias.startsWith('task-'))
  const tasks = variants.map(taskOf)
  const checks = Array.from({ length: checkCount }, (_, at) => checkOf(policy, variants, tasks, at))
  return {
    entityType: 'INDIVIDUAL',
    category: 'APPLICANT',
    status: 'NORMAL',
    isAssociate: false,
    data: {
      entity_type: 'INDIVIDUAL',
      personal_details: {
        name: { given_names: ['Ada'], family_name: 'Sample' },
        dob: '1984-07-31',
        nationality: 'GBR',
      },
      address_history: [{ address: { type: 'STRUCTURED', country: 'GBR' } }],
    },
    applications: [
      {
        id: idOf('b', 0),
        productId: product?.id ?? '',
        associatedRole: null,
        status: 'APPLIED',
        flag: 'AUTOMATING',
        requiredVariants: [],
        risk: null,
        isHeldByPerson: false,
        isManualActionRaised: false,
      },
    ],
    tasks,
    checks,
    events: [],
    associates: [],
    openCollectionSteps: 0,
    disabledCheckVariantIds: [],
  }
}

function taskOf(variant: PolicyTaskVariant, at: number): CaseTask {
  return {
    id: idOf('c', at),
    variantId: variant.id,
    state: 'INCOMPLETE',
    isExpired: false,
    isHeldByPerson: false,
    createdAt: minutesAgo(90),
    passedAt: null,
    expiresAt: null,
    isSucceeded: false,
  }
}

/** A check that passed, of a variant that completes the task it was run for. */
function checkOf(
  policy: Policy,
  variants: readonly PolicyTaskVariant[],
  tasks: readonly CaseTask[],
  at: number,
): CaseCheck {
  const place = at % tasks.length
  const accepted = variants[place]?.acceptance_checks ?? []
  const variant = policy.check_variants.find(({ alias }) => alias === accepted[0])
  if (!variant) throw new Error('A task of the case has no check')
  return {
    id: idOf('d', at),
    variantId: variant.id,
    checkType: variant.check_type,
    state: 'COMPLETE',
    decision: 'PASS',
    taskIds: [tasks[place]?.id ?? ''],
    instructedAt: minutesAgo(60 - at),
    completedAt: minutesAgo(59 - at),
    foundAssociates: null,
  }
}
