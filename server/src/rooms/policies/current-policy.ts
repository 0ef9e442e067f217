import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import { Policy } from '@drawbridge/policy/policy.ts'
import { RecentValues } from '../../platform/recent-values.ts'
import type { Scope } from '../../platform/scope.ts'
import { type InForce, type SwitchedOff, selectDocument, selectInForce } from './queries.ts'

/** What a transaction decides by. */
interface Ruling {
  readonly policy: Policy
  readonly off: readonly SwitchedOff[]
}

/** What another node published is in force here after so many milliseconds at the latest. */
const ageMsMax = 1_000
/** Documents are a few hundred kilobytes at most; accounts of one installation are few. */
const documentsMax = 50

const rulings = new RecentValues<Ruling>(ageMsMax)
const documents = new Map<string, Policy>()
/** A transaction decides by one policy from its first look to its end. */
const ofScope = new WeakMap<Scope, Promise<Ruling>>()
const changing = new WeakSet<Scope>()

/** The policy that is in force in this environment: the last published, else the one that ships with this release. */
export async function currentPolicy(scope: Scope): Promise<Policy> {
  return (await rulingOf(scope)).policy
}

/** The check variants that are switched off at this moment, by id (R19, R20). */
export async function disabledCheckVariantIds(scope: Scope): Promise<readonly string[]> {
  const { off } = await rulingOf(scope)
  return off.flatMap(({ variantId, until }) => (until === null || until > scope.now ? [variantId] : []))
}

/** The policy in force as this transaction sees it now, for who changes the configuration: nothing is remembered. */
export function policyAsKept(scope: Scope): Promise<Policy> {
  changing.add(scope)
  ofScope.delete(scope)
  return currentPolicy(scope)
}

/** Tells that this transaction changed what is in force: it is read anew here now, and by all others once it is kept. */
export function changedRuling(scope: Scope): void {
  changing.add(scope)
  ofScope.delete(scope)
  scope.whenKept(() => rulings.forget(scope.accountId))
}

function rulingOf(scope: Scope): Promise<Ruling> {
  const decided = ofScope.get(scope)
  if (decided) return decided
  const recent = changing.has(scope) ? undefined : rulings.get(scope.accountId)
  const ruling = recent ? Promise.resolve(recent) : readRuling(scope)
  ofScope.set(scope, ruling)
  return ruling
}

async function readRuling(scope: Scope): Promise<Ruling> {
  const { accountId } = scope
  const reading = rulings.begin(accountId)
  const inForce = await selectInForce(scope)
  const ruling = { policy: await documentOf(scope, inForce), off: inForce.off }
  // What a transaction sees that changes it may yet be undone.
  if (!changing.has(scope)) rulings.keep(accountId, reading, ruling, inForce.ageMs)
  return ruling
}

async function documentOf(scope: Scope, { version }: InForce): Promise<Policy> {
  if (version === null) return defaultPolicy
  const key = `${scope.accountId}/${version}`
  const found = documents.get(key)
  if (found) return found
  const policy = Policy.parse(await selectDocument(scope, version))
  if (changing.has(scope)) return policy
  const [oldest] = documents.keys()
  if (documents.size >= documentsMax && oldest !== undefined) documents.delete(oldest)
  documents.set(key, policy)
  return policy
}
