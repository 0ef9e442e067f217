import type { Effect } from './client-unit.ts'

/** A profile of the target that carries a source reference. */
export interface KnownProfile {
  id: string
  role: string
  /** Names of its tags. */
  tags: readonly string[]
}

/** All that bears on one effect before it is carried out: what the ledger says and what the target says. */
export interface Known {
  /**
   * What the ledger of this project holds for the effect: `done`, `refused` (the target said no, finally),
   * `open` (sent, outcome unknown) or `none`.
   */
  ledger: 'none' | 'open' | 'done' | 'refused'
  /** Profiles of the target that carry the owner's reference; null where the target has not been asked. */
  profiles: readonly KnownProfile[] | null
  /** True when the owner's own profile cannot come to exist in this run. */
  ownerFailed: boolean
  /** Links only: references among the links whose profile cannot come to exist in this run. */
  missing?: readonly string[]
}

export type ActionKind = 'create' | 'unchanged' | 'skip' | 'fail'

/** What the run will do for one effect, and why, in a code for machines and words for people. */
export interface Action {
  action: ActionKind
  code: string
  reason: string
  /** The profile to use where one exists already. */
  profileId?: string
}

/**
 * The one rule of what happens to an effect; the forecast and the run both ask it, so that the forecast cannot
 * promise what the run would not do (expectations 1.3, "a dry run that lies").
 */
export function decideAction(effect: Effect, known: Known): Action {
  if (known.ledger === 'done') {
    return { action: 'unchanged', code: 'ALREADY_DONE', reason: 'Done earlier, says the ledger' }
  }
  if (known.ledger === 'refused') {
    return {
      action: 'fail',
      code: 'ALREADY_REFUSED',
      reason: 'The target refused it earlier, says the ledger',
    }
  }
  if (effect.kind === 'profile') return decideProfile(effect.ref, effect.role, known)
  if (known.ownerFailed) {
    return {
      action: 'skip',
      code: 'OWNER_FAILED',
      reason: `There is no profile for ${effect.ref} to attach it to`,
    }
  }
  if (effect.kind === 'links')
    return decideLinks(
      effect.links.map((link) => link.ref),
      known,
    )
  if (effect.kind === 'tag' && (known.profiles ?? []).some((profile) => profile.tags.includes(effect.tag))) {
    return { action: 'unchanged', code: 'ALREADY_TAGGED', reason: 'The profile has this tag already' }
  }
  if ((known.profiles ?? []).length > 0 && effect.kind !== 'tag') return lookFirst
  return create
}

const create: Action = { action: 'create', code: 'NEW', reason: 'Not in the target yet' }

const lookFirst: Action = {
  action: 'create',
  code: 'LOOK_FIRST',
  reason: 'Its profile was in the target before: looked for first, and created if it is not there',
}

function decideProfile(ref: string, role: string, known: Known): Action {
  const [first, second] = known.profiles ?? []
  if (first === undefined) return create
  if (second !== undefined) {
    return {
      action: 'fail',
      code: 'DUPLICATE_IN_TARGET',
      reason: `The target has ${known.profiles?.length} profiles with the reference ${ref}: ${first.id}, ${second.id}`,
    }
  }
  if (entityOf(first.role) !== entityOf(role)) {
    return {
      action: 'fail',
      code: 'OTHER_ENTITY_TYPE',
      reason: `The target's profile ${first.id} with the reference ${ref} is ${first.role}, not ${role}`,
    }
  }
  return {
    action: 'unchanged',
    code: 'EXISTS',
    reason: 'A profile with this reference is in the target already',
    profileId: first.id,
  }
}

function decideLinks(refs: readonly string[], known: Known): Action {
  const missing = new Set(known.missing ?? [])
  if (refs.length > 0 && refs.every((ref) => missing.has(ref))) {
    return { action: 'skip', code: 'ALL_LINKS_MISSING', reason: 'None of its associates has a profile' }
  }
  return create
}

function entityOf(role: string): string {
  return role.startsWith('COMPANY') ? 'COMPANY' : 'INDIVIDUAL'
}
