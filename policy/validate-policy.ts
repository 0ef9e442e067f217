import { Policy } from './policy.ts'
import { fault, type PolicyFault, type PolicyRule, pointerOf } from './policy-fault.ts'
import { checkFaults } from './validate-checks.ts'
import { flowFaults } from './validate-flows.ts'
import { nameFaults } from './validate-names.ts'
import { productFaults } from './validate-products.ts'
import { riskFaults } from './validate-risk.ts'
import { taskFaults } from './validate-tasks.ts'

export type { PolicyFault } from './policy-fault.ts'

/** A policy that may be published, or what stands against it. */
export type ValidatedPolicy =
  | { readonly policy: Policy; readonly faults: readonly [] }
  | { readonly policy: null; readonly faults: readonly PolicyFault[] }

/** The most faults that are told at once. */
const faultsMax = 200

const rules: readonly PolicyRule[] = [
  nameFaults,
  productFaults,
  flowFaults,
  taskFaults,
  checkFaults,
  riskFaults,
]

/**
 * Reads a policy document and looks for everything that would make it decide wrongly: what names things that are not
 * there, leads nowhere, can never happen or contradicts the types of task and check. Each fault has a code, a message
 * and a JSON pointer; at most 200 are told.
 */
export function validatePolicy(document: unknown): ValidatedPolicy {
  const read = Policy.safeParse(document)
  if (!read.success) return { policy: null, faults: read.error.issues.slice(0, faultsMax).map(shapeFault) }
  const faults = rules.flatMap((rule) => rule(read.data))
  if (faults.length > 0) return { policy: null, faults: faults.slice(0, faultsMax) }
  return { policy: read.data, faults: [] }
}

function shapeFault(issue: {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly code: string
}): PolicyFault {
  const { path, message, code } = issue
  if (code === 'too_small' && path[0] === 'check_variants' && path.at(-1) === 'providers')
    return fault('NO_PROVIDER', 'A check variant needs at least one provider', ...path)
  return { code: 'MALFORMED', message, pointer: pointerOf(path) }
}
