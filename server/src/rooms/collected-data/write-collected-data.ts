import type { EntityData } from '@drawbridge/schema/collected-data.ts'
import {
  customerReferencesDiffer,
  normaliseCollectedData,
} from '@drawbridge/schema/normalise-collected-data.ts'
import { Fault } from '../../platform/fault.ts'
import type { Scope } from '../../platform/scope.ts'
import { indexTerms } from '../../platform/vault/index.ts'
import { changeTerms, etagOf, type ProfileRoot, updateVersion, versionAfter } from '../profile-root/index.ts'
import { countryOf, indexedProfile } from './present.ts'
import { insertVersion, type StoredData, selectVersions } from './queries.ts'
import { BothModelsChanged, fromStored, toStored } from './rules.ts'
import { noAssociates } from './rules-graph.ts'
import { takeReference } from './take-reference.ts'

/** What was written, and what stood before it. */
export interface WrittenData {
  readonly root: ProfileRoot
  readonly stored: StoredData
  readonly before: StoredData | null
}

/**
 * Writes the first version of a new profile's collected data. Raises `profile.entity-type-mismatch`,
 * `collected-data.customer-ref-conflict`, `profile.customer-ref-taken`, `associate.both-models-changed`.
 */
export async function writeFirstData(
  scope: Scope,
  root: ProfileRoot,
  data: EntityData,
): Promise<WrittenData> {
  const stored = take(scope, root, { data, pointer: '/collected_data' }, null)
  await takeReference(
    scope,
    root,
    undefined,
    stored.data.customer_ref,
    referencePointer('/collected_data', data),
  )
  await insertVersion(scope, root, stored)
  await changeTerms(scope, root.id, [], termsOf(scope, stored.data))
  return { root, stored, before: null }
}

/**
 * Replaces the collected data of a locked profile as a whole (R82): a field left out is gone. Raises what
 * `writeFirstData` raises.
 */
export async function replaceData(scope: Scope, root: ProfileRoot, data: EntityData): Promise<WrittenData> {
  const before = (await selectVersions(scope, [root])).get(root.id) ?? null
  const stored = take(scope, root, { data, pointer: '' }, before)
  return storeNext(scope, root, stored, before, referencePointer('', data))
}

/** Stores the next version of a locked profile's data, with everything that follows from it. */
export async function storeNext(
  scope: Scope,
  root: ProfileRoot,
  stored: StoredData,
  before: StoredData | null,
  pointer = '/customer_ref',
): Promise<WrittenData> {
  const next = { ...root, version: versionAfter(root.version, scope.now) }
  await takeReference(scope, root, before?.data.customer_ref, stored.data.customer_ref, pointer)
  await insertVersion(scope, next, stored)
  await updateVersion(scope, root.id, next.version, countryOf(stored.data))
  await updateTerms(scope, root, before, stored)
  recordReplaced(scope, next, stored, before)
  return { root: next, stored, before }
}

/** A document as a request brings it, and where in the request it stands. */
interface Sent {
  readonly data: EntityData
  readonly pointer: '' | '/collected_data'
}

/** Where the request gave the reference: a company may do so under two names. */
function referencePointer(base: Sent['pointer'], data: EntityData): string {
  const name =
    data.customer_ref === undefined && 'customer_reference' in data ? 'customer_reference' : 'customer_ref'
  return `${base}/${name}`
}

function take(
  scope: Scope,
  root: ProfileRoot,
  { data, pointer }: Sent,
  before: StoredData | null,
): StoredData {
  if (data.entity_type !== root.entityType)
    throw new Fault('profile.entity-type-mismatch', {
      message: `This profile is of type ${root.entityType}: its collected data cannot be of another`,
      pointer: `${pointer}/entity_type`,
    })
  if (customerReferencesDiffer(data))
    throw new Fault('collected-data.customer-ref-conflict', {
      message: 'customer_ref and customer_reference are two names of one value and differ: send one of them',
      pointer: `${pointer}/customer_reference`,
    })
  try {
    return toStored(
      withDocumentIds(scope, normaliseCollectedData(data)),
      before?.associates ?? noAssociates,
      () => scope.newId(),
    )
  } catch (error) {
    if (error instanceof BothModelsChanged)
      throw new Fault('associate.both-models-changed', {
        message:
          'The classic lists and associated_entities were both changed, and differ: send only one of them',
        pointer: `${pointer}/associated_entities`,
      })
    throw error
  }
}

function withDocumentIds(scope: Scope, data: EntityData): EntityData {
  if (data.documents === undefined) return data
  return {
    ...data,
    documents: data.documents.map((document) => ({ ...document, id: document.id ?? scope.newId() })),
  }
}

function termsOf(scope: Scope, data: EntityData): bigint[] {
  return indexTerms(indexedProfile(data)).map((term) => scope.vault.token(term.kind, term.text))
}

async function updateTerms(scope: Scope, root: ProfileRoot, before: StoredData | null, stored: StoredData) {
  const old = new Set(before === null ? [] : termsOf(scope, before.data))
  const now = new Set(termsOf(scope, stored.data))
  await changeTerms(scope, root.id, [...old.difference(now)], [...now.difference(old)])
}

function recordReplaced(
  scope: Scope,
  root: ProfileRoot,
  stored: StoredData,
  before: StoredData | null,
): void {
  const payload = {
    old_data: before === null ? { entity_type: root.entityType } : fromStored(before),
    new_data: fromStored(stored),
    etag: etagOf(root.version),
    ...(stored.data.customer_ref === undefined ? {} : { customer_ref: stored.data.customer_ref }),
  }
  scope.record({ kind: 'collected-data.replaced', payload }, root)
}

/** Takes a profile that is being erased out of the blind index. */
export async function deleteTerms(scope: Scope, profileId: string, stored: StoredData): Promise<void> {
  await changeTerms(scope, profileId, termsOf(scope, stored.data), [])
}
