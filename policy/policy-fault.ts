import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { Policy } from './policy.ts'

/** The kinds of fault of a policy document; their names never change. */
export type PolicyFaultCode =
  | 'MALFORMED'
  | 'DUPLICATE_ID'
  | 'DUPLICATE_ALIAS'
  | 'UNKNOWN_ALIAS'
  | 'WRONG_ENTITY_TYPE'
  | 'PRODUCT_WITHOUT_POLICY'
  | 'RISK_QUESTION_WITHOUT_MODEL'
  | 'DUPLICATE_ELEMENT'
  | 'ELEMENT_LEADS_NOWHERE'
  | 'ELEMENT_NEVER_REACHED'
  | 'FLOW_WITHOUT_OUTCOME'
  | 'FLOW_IN_A_CIRCLE'
  | 'MALFORMED_PATH'
  | 'CHECK_NOT_FOR_TASK'
  | 'CHECK_NEVER_AUTOMATIC'
  | 'ACCEPTANCE_NEVER_PASSES'
  | 'FORMS_NOT_ALLOWED'
  | 'SKIP_NOT_ALLOWED'
  | 'NOTICE_TOO_LONG'
  | 'NOT_ABOUT_ASSOCIATES'
  | 'PRODUCT_NOT_FOR_ASSOCIATES'
  | 'NO_CONDITION'
  | 'NO_PROVIDER'
  | 'DUPLICATE_PROVIDER'
  | 'DUPLICATE_DEFAULT'
  | 'NEVER_MONITORED'
  | 'NO_COMPANY_SEARCH'
  | 'IMPOSSIBLE_RESULT'
  | 'UNKNOWN_FACTOR'
  | 'FACTOR_IN_TWO_GROUPS'
  | 'THRESHOLD_ORDER'
  | 'EMPTY_RANGE'
  | 'LIST_WITHOUT_OPTIONS'

/** One thing that is wrong with a policy document. */
export interface PolicyFault {
  readonly code: PolicyFaultCode
  readonly message: string
  /** Where, as a JSON pointer into the document. */
  readonly pointer: string
}

/** The faults of one part of a policy, in the order of the document. */
export type PolicyRule = (policy: Policy) => PolicyFault[]

/** A fault at a place in the document. */
export function fault(code: PolicyFaultCode, message: string, ...path: readonly PropertyKey[]): PolicyFault {
  return { code, message, pointer: pointerOf(path) }
}

/** A JSON pointer (RFC 6901). */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Says that something names what the policy has not. */
export function unknownAlias(what: string, alias: string, ...path: readonly PropertyKey[]): PolicyFault {
  return fault('UNKNOWN_ALIAS', `The policy has no ${what} \`${alias}\``, ...path)
}

/** Says that something is for the other kind of profile; none when it is not. */
export function entityFaults(
  what: string,
  is: EntityType,
  wanted: EntityType,
  ...path: readonly PropertyKey[]
): PolicyFault[] {
  if (is === wanted) return []
  const kind = { INDIVIDUAL: 'individuals', COMPANY: 'companies' }
  return [fault('WRONG_ENTITY_TYPE', `${what} is for ${kind[is]}, and this is for ${kind[wanted]}`, ...path)]
}

/** Says that a path into the collected data has an empty step, so that it finds nothing; none when it is well. */
export function pathFaults(dataPath: string, ...path: readonly PropertyKey[]): PolicyFault[] {
  if (dataPath.split('.').every((step) => step.trim() === step && step !== '')) return []
  return [fault('MALFORMED_PATH', 'Write the steps of a path with one dot between them', ...path)]
}
