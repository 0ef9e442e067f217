import type { Scope, WorkClass } from '../../platform/scope.ts'

const carried = new WeakMap<Scope, WorkClass>()

/** Says that what this transaction instructs goes on with work of that class. */
export function carryWorkClass(scope: Scope, workClass: WorkClass): void {
  carried.set(scope, workClass)
}

/** The class of what this transaction instructs: of the work it goes on with, else of the key that calls. */
export function workClassOf(scope: Scope): WorkClass {
  return carried.get(scope) ?? (scope.actor.keyClass === 'MIGRATION' ? 1 : 0)
}
