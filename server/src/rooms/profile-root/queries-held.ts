import type { ProfileCategory, ProfileStatus, Role } from '@drawbridge/schema/profile.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { Holding, Scope } from '../../platform/scope.ts'
import type { DataKey } from '../../platform/vault/index.ts'

/** The bare row of a profile, and the key that seals what is said of it. */
export interface ProfileRoot {
  readonly id: string
  readonly entityType: EntityType
  readonly role: Role
  readonly category: ProfileCategory
  readonly status: ProfileStatus
  /** Milliseconds since 1970 of the newest version of the collected data. */
  readonly version: number
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly key: DataKey
}

const held = new WeakMap<Scope, Map<string, ProfileRoot>>()

/** Notes a row that this transaction has locked or made: until it ends nobody else can change it. */
export function holdRoot(scope: Scope, root: ProfileRoot, how: Holding): void {
  scope.hold(root.id, how)
  keep(scope, root)
}

function keep(scope: Scope, root: ProfileRoot): void {
  const roots = held.get(scope) ?? new Map<string, ProfileRoot>()
  held.set(scope, roots)
  roots.set(root.id, root)
}

/** The row as it stands now, where this transaction has locked or made it. */
export function heldRoot(scope: Scope, id: string): ProfileRoot | undefined {
  return held.get(scope)?.get(id)
}

/** Follows a change that this transaction makes to a row it holds. */
export function changeHeld(scope: Scope, id: string, change: Partial<ProfileRoot>): void {
  const root = heldRoot(scope, id)
  if (root) keep(scope, { ...root, ...change, modifiedAt: scope.now })
}

/** Forgets a row that this transaction removed. */
export function letGo(scope: Scope, id: string): void {
  scope.hold(id, undefined)
  held.get(scope)?.delete(id)
}
