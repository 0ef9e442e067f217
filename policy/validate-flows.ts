import type { Policy, PolicyElement, SmartPolicy } from './policy.ts'
import { entityFaults, fault, type PolicyFault, pathFaults, unknownAlias } from './policy-fault.ts'
import { type FlowIndex, indexOf } from './policy-index.ts'
import { entityTypeOf } from './task-types.ts'

/** Elements that lead nowhere, are never reached or name what is not there, and flows without an end. */
export function flowFaults(policy: Policy): PolicyFault[] {
  return policy.smart_policies.flatMap((flow, at) => [
    ...duplicateFaults(flow, at),
    ...wayFaults(flow, at),
    ...variantFaults(policy, flow, at),
    ...questionFaults(flow, at),
  ])
}

function exitsOf(element: PolicyElement): [field: string, id: string][] {
  if (element.kind === 'outcome') return []
  if (element.kind === 'task') return [['next', element.next]]
  return [
    ['yes', element.yes],
    ['no', element.no],
  ]
}

function duplicateFaults(flow: SmartPolicy, at: number): PolicyFault[] {
  const seen = new Set<string>()
  return flow.elements.flatMap((element, place) => {
    if (!seen.has(element.id)) {
      seen.add(element.id)
      return []
    }
    const path = ['smart_policies', at, 'elements', place, 'id']
    return [fault('DUPLICATE_ELEMENT', `Two elements have the id \`${element.id}\``, ...path)]
  })
}

function wayFaults(flow: SmartPolicy, at: number): PolicyFault[] {
  const elements = new Map(flow.elements.map((element) => [element.id, element]))
  const faults: PolicyFault[] = []
  if (!elements.has(flow.start)) faults.push(nowhere(flow.start, 'smart_policies', at, 'start'))
  const reached = reachedFrom(flow.start, elements)
  for (const [place, element] of flow.elements.entries()) {
    const path = ['smart_policies', at, 'elements', place]
    if (!reached.has(element.id))
      faults.push(fault('ELEMENT_NEVER_REACHED', `No way leads to the element \`${element.id}\``, ...path))
    for (const [field, id] of exitsOf(element))
      if (!elements.has(id)) faults.push(nowhere(id, ...path, field))
  }
  if (!flow.elements.some((element) => element.kind === 'outcome' && reached.has(element.id))) {
    const message = `The smart policy \`${flow.alias}\` reaches no outcome`
    faults.push(fault('FLOW_WITHOUT_OUTCOME', message, 'smart_policies', at, 'elements'))
  }
  const circle = firstInCircle(flow.start, elements)
  if (circle !== undefined) {
    const message = `The way leads back to the element \`${circle}\``
    const place = flow.elements.findIndex((element) => element.id === circle)
    faults.push(fault('FLOW_IN_A_CIRCLE', message, 'smart_policies', at, 'elements', place))
  }
  return faults
}

function nowhere(id: string, ...path: readonly PropertyKey[]): PolicyFault {
  return fault('ELEMENT_LEADS_NOWHERE', `There is no element \`${id}\``, ...path)
}

type Elements = ReadonlyMap<string, PolicyElement>

function reachedFrom(start: string, elements: Elements): Set<string> {
  const reached = new Set<string>()
  const waiting = [start]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const element = elements.get(id)
    if (!element || reached.has(id)) continue
    reached.add(id)
    waiting.push(...exitsOf(element).map(([, next]) => next))
  }
  return reached
}

/** The first element that a way from the start meets twice; undefined when every way ends. */
function firstInCircle(start: string, elements: Elements): string | undefined {
  const state = new Map<string, 'on the way' | 'done'>()
  const stack: { id: string; exits: string[] }[] = []
  const enter = (id: string): string | undefined => {
    const element = elements.get(id)
    if (!element || state.get(id) === 'done') return undefined
    if (state.get(id) === 'on the way') return id
    state.set(id, 'on the way')
    stack.push({ id, exits: exitsOf(element).map(([, next]) => next) })
    return undefined
  }
  enter(start)
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.exits.pop()
    if (next === undefined) {
      state.set(top.id, 'done')
      stack.pop()
      continue
    }
    const met = enter(next)
    if (met !== undefined) return met
  }
  return undefined
}

function variantFaults(policy: Policy, flow: FlowIndex['flow'], at: number): PolicyFault[] {
  return flow.elements.flatMap((element, place) => {
    if (element.kind !== 'task') return []
    return element.task_variants.flatMap((alias, index) => {
      const path = ['smart_policies', at, 'elements', place, 'task_variants', index]
      const variant = indexOf(policy).taskByAlias.get(alias)
      if (!variant) return [unknownAlias('task variant', alias, ...path)]
      const is = entityTypeOf(variant.task_type)
      return entityFaults(`The task variant \`${alias}\``, is, flow.entity_type, ...path)
    })
  })
}

function questionFaults(flow: SmartPolicy, at: number): PolicyFault[] {
  return flow.elements.flatMap((element, place) =>
    element.kind === 'branch' && element.question.about === 'collected_data'
      ? pathFaults(element.question.path, 'smart_policies', at, 'elements', place, 'question', 'path')
      : [],
  )
}
