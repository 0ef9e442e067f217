import type { DocumentEffect, Effect, ImageEffect, ProfileEffect } from '../plan/client-unit.ts'
import type { KnownProfile } from '../plan/decide-action.ts'
import { sha256Of } from '../sha256.ts'
import type { RunContext } from './context.ts'
import { profileIdOf } from './effect-calls.ts'
import { sameLink } from './links.ts'
import { type Asking, ask, Unanswered } from './read.ts'
import type { No, ProfilePage, TargetProfile, Yes } from './target.ts'

/**
 * Profiles of the target that carry this source reference, found as the original service allows: a search by the
 * reference, then by the name, each hit compared exactly; all pages. At most two are returned, which is enough to
 * know that there is more than one.
 * @throws {Unanswered} when the target does not answer.
 */
export async function findProfiles(
  run: Asking,
  ref: string,
  data: Record<string, unknown> | null,
): Promise<KnownProfile[]> {
  const found = new Map<string, KnownProfile>()
  for (const q of searchTerms(ref, data)) {
    let from: string | null = null
    do {
      const at: string | null = from
      const page: Yes<ProfilePage> = answered(await ask(run, () => run.target.listProfiles(q, at)))
      for (const profile of page.value.profiles) {
        if (refOf(profile) === ref) found.set(profile.id, knownOf(profile))
      }
      from = page.value.next
    } while (from !== null && found.size < 2)
    if (found.size > 0) break
  }
  return [...found.values()].slice(0, 2)
}

/** The source reference that a profile carries, or null. */
export function refOf(profile: TargetProfile): string | null {
  const { customer_ref: ref, customer_reference: other } = profile.collected_data
  const value = ref ?? other
  return typeof value === 'string' ? value : null
}

/** A profile as `decideAction` knows it. */
export function knownOf(profile: TargetProfile): KnownProfile {
  return { id: profile.id, role: profile.role, tags: profile.tags }
}

function searchTerms(ref: string, data: Record<string, unknown> | null): string[] {
  const name = data === null ? '' : nameOf(data)
  return name === '' ? [ref] : [ref, name]
}

function nameOf(data: Record<string, unknown>): string {
  const person = data.personal_details as
    | { name?: { given_names?: string[]; family_name?: string } }
    | undefined
  const company = data.metadata as { name?: string } | undefined
  const { given_names = [], family_name = '' } = person?.name ?? {}
  return company?.name ?? [...given_names, family_name].join(' ').trim()
}

/**
 * Looks for an effect in the target, after its outcome was unknown or its profile was there before us. Null when
 * it is not there. A file cannot be looked for (the API has no list of files): it counts as absent, and a second
 * upload leaves at most an orphan that nothing refers to.
 * @throws {Unanswered} when the target does not answer.
 */
export async function findEffect(run: RunContext, effect: Effect): Promise<{ id: string | null } | null> {
  if (effect.kind === 'profile') return findProfile(run, effect)
  const owner = profileIdOf(run, effect.ref)
  if (owner === null || effect.kind === 'file') return null
  if (effect.kind === 'image') return findImage(run, effect, owner)
  if (effect.kind === 'document') return findDocument(run, effect, owner)
  if (effect.kind === 'tag') {
    const profile = answered(await ask(run, () => run.target.getProfile(owner)))
    return profile.value.tags.includes(effect.tag) ? { id: null } : null
  }
  const data = answered(await ask(run, () => run.target.getCollectedData(owner)))
  const linked = effect.links.filter((link) => profileIdOf(run, link.ref) !== null)
  const all = linked.every((link) => {
    const entries = entriesOf(data.value, link.list)
    return entries.some((entry) => sameLink(entry, link, profileIdOf(run, link.ref) ?? ''))
  })
  return all && linked.length > 0 ? { id: null } : null
}

/** Entries of a dotted list such as `officers.directors`; none where it is absent. */
export function entriesOf(document: Record<string, unknown>, path: string): Record<string, unknown>[] {
  let at: unknown = document
  for (const name of path.split('.')) at = (at as Record<string, unknown> | undefined)?.[name]
  return Array.isArray(at) ? (at as Record<string, unknown>[]) : []
}

async function findProfile(run: RunContext, effect: ProfileEffect): Promise<{ id: string } | null> {
  const [first] = await findProfiles(run, effect.ref, effect.collected_data)
  return first === undefined ? null : { id: first.id }
}

async function findImage(
  run: RunContext,
  effect: ImageEffect,
  owner: string,
): Promise<{ id: string } | null> {
  const images = answered(await ask(run, () => run.target.listImages(owner)))
  for (const image of images.value) {
    if (image.image_type !== effect.image_type) continue
    const content = answered(await ask(run, () => run.target.getImage(owner, image.id)))
    if (sha256Of(content.value) === effect.sha256) return { id: image.id }
  }
  return null
}

async function findDocument(
  run: RunContext,
  effect: DocumentEffect,
  owner: string,
): Promise<{ id: string } | null> {
  const data = answered(await ask(run, () => run.target.getCollectedData(owner)))
  const wanted = effect.images.map((name) => run.ledger.index.effect(effect.ref, name)?.id ?? '')
  for (const document of entriesOf(data.value, 'documents')) {
    const images = entriesOf(document, 'images').map((image) => String(image.id))
    const same = document.category === effect.category && document.document_type === effect.document_type
    if (same && wanted.every((id) => images.includes(id))) return { id: String(document.id ?? '') }
  }
  return null
}

function answered<T>(reply: Yes<T> | No): Yes<T> {
  if (reply.kind === 'yes') return reply
  throw new Unanswered(`The target answered ${reply.status} to a question: ${reply.why}`)
}
