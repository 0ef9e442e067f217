import type { StateIndex } from '../ledger/state-index.ts'
import type {
  ClientUnit,
  DocumentEffect,
  Effect,
  FileEffect,
  ImageEffect,
  LinksEffect,
  ProfileEffect,
} from '../plan/client-unit.ts'
import { entriesOf } from '../run/find-effect.ts'
import { linkedId, sameLink } from '../run/links.ts'
import { type Asking, ask, Unanswered } from '../run/read.ts'
import type { Reply, TargetProfile, Yes } from '../run/target.ts'
import { sha256Of } from '../sha256.ts'
import { compareData } from './compare-data.ts'

/** What comparing with the target needs. */
export type Comparing = Asking & { index: StateIndex }

/** Something of the source that is not in the target as it should be. */
export interface Finding {
  kind: 'lost' | 'duplicated' | 'different'
  ref: string
  /** `profile`, `file`, `image`, `document`, `tag`, `link`, `application`. */
  what: string
  /** JSON pointer, list, tag or name of the file: never a value. */
  field: string
  /** Where the source says so, as `file:line`. */
  source: string
}

/** What was looked at, for the sums. */
export interface Checked {
  profiles: number
  files: number
  images: number
  documents: number
  tags: number
  links: number
}

/** What comparing one unit came to. */
export interface UnitCheck {
  findings: Finding[]
  checked: Checked
  /** Effects that the target had refused: reported by the run, not looked for here. */
  refused: number
}

/**
 * Compares one unit with the target: its profile's data field by field, labels, applications, links, documents,
 * and every file and image by the SHA-256 of the bytes the target gives back.
 * @throws {Unanswered} when the target does not answer.
 */
export async function checkUnit(run: Comparing, unit: ClientUnit): Promise<UnitCheck> {
  const check = new Check(run, unit)
  const own = unit.effects.find(
    (effect): effect is ProfileEffect => effect.kind === 'profile' && effect.ref === unit.ref,
  )
  const profile = own === undefined ? null : await check.profile(own)
  if (own === undefined || profile === null) return check.result
  const rest = unit.effects.filter((effect) => effect.kind !== 'profile')
  for (const effect of rest) await check.effect(effect, profile)
  check.noMoreThan(rest, profile)
  return check.result
}

const notFound = 404

class Check {
  readonly result: UnitCheck = {
    findings: [],
    checked: { profiles: 0, files: 0, images: 0, documents: 0, tags: 0, links: 0 },
    refused: 0,
  }
  readonly #run: Comparing
  readonly #unit: ClientUnit

  constructor(run: Comparing, unit: ClientUnit) {
    this.#run = run
    this.#unit = unit
  }

  async profile(effect: ProfileEffect): Promise<TargetProfile | null> {
    const record = this.#run.index.effect(effect.ref, 'profile')
    if (record?.state === 'refused') {
      this.result.refused += 1
      return null
    }
    this.result.checked.profiles += 1
    const found =
      record?.id == null ? null : await this.#ask(() => this.#run.target.getProfile(record.id ?? ''))
    if (found === null) {
      this.#find('lost', 'profile', '', effect)
      return null
    }
    for (const { field, kind } of compareData(effect.collected_data, found.value.collected_data)) {
      this.#find('different', 'profile', `${field} (${kind})`, effect)
    }
    for (const { product } of effect.applications ?? []) {
      if (!found.value.applications.includes(product.alias))
        this.#find('lost', 'application', product.alias, effect)
    }
    return found.value
  }

  async effect(effect: Exclude<Effect, ProfileEffect>, profile: TargetProfile): Promise<void> {
    if (this.#run.index.effect(effect.ref, effect.name)?.state === 'refused') {
      this.result.refused += 1
      return
    }
    if (effect.kind === 'tag') this.#tag(effect.tag, profile)
    else if (effect.kind === 'links') this.#links(effect, profile)
    else if (effect.kind === 'document') this.#document(effect, profile)
    else await this.#content(effect, profile)
  }

  #tag(tag: string, profile: TargetProfile): void {
    this.result.checked.tags += 1
    const times = profile.tags.filter((name) => name === tag).length
    if (times !== 1) this.#find(times === 0 ? 'lost' : 'duplicated', 'tag', tag)
  }

  #links(effect: LinksEffect, profile: TargetProfile): void {
    for (const link of effect.links) {
      const associate = this.#run.index.effect(link.ref, 'profile')
      if (associate?.state === 'refused') {
        this.result.refused += 1
        continue
      }
      this.result.checked.links += 1
      const entries = entriesOf(profile.collected_data, link.list)
      const same = entries.filter((entry) => sameLink(entry, link, associate?.id ?? ''))
      if (same.length === 1) continue
      this.#find(same.length === 0 ? 'lost' : 'duplicated', 'link', `${link.list} ${link.ref}`, link)
    }
  }

  #document(effect: DocumentEffect, profile: TargetProfile): void {
    this.result.checked.documents += 1
    const wanted = effect.images.map((name) => this.#run.index.effect(effect.ref, name)?.id ?? '')
    const same = entriesOf(profile.collected_data, 'documents').filter((document) => {
      const images = entriesOf(document, 'images').map((image) => String(image.id))
      const named = document.category === effect.category && document.document_type === effect.document_type
      return named && wanted.every((id) => images.includes(id))
    })
    if (same.length === 1) return
    const what = `${effect.category} ${effect.document_type}`
    this.#find(same.length === 0 ? 'lost' : 'duplicated', 'document', what, effect)
  }

  async #content(effect: FileEffect | ImageEffect, profile: TargetProfile): Promise<void> {
    this.result.checked[effect.kind === 'file' ? 'files' : 'images'] += 1
    const name = effect.kind === 'file' ? effect.source_path : effect.slot
    const id = this.#run.index.effect(effect.ref, effect.name)?.id ?? null
    const content = id === null ? null : await this.#bytes(effect, profile.id, id)
    if (content === null) this.#find('lost', effect.kind, name, effect)
    else if (sha256Of(content) !== effect.sha256) this.#find('different', effect.kind, name, effect)
  }

  async #bytes(effect: FileEffect | ImageEffect, profileId: string, id: string): Promise<Buffer | null> {
    const { target } = this.#run
    if (effect.kind === 'image') return (await this.#ask(() => target.getImage(profileId, id)))?.value ?? null
    return (await this.#ask(() => target.getFile(profileId, id)))?.value.content ?? null
  }

  /** What the target has beyond what the source names: entries of the lists we wrote, documents, images. */
  noMoreThan(effects: readonly Effect[], profile: TargetProfile): void {
    const links = effects.flatMap((effect) => (effect.kind === 'links' ? effect.links : []))
    for (const list of new Set(links.map((link) => link.list))) {
      const linked = entriesOf(profile.collected_data, list).filter((entry) => linkedId(entry) !== null)
      const wanted = links.filter((link) => link.list === list && this.#isThere(link.ref))
      if (linked.length > wanted.length) this.#find('duplicated', 'link', list)
    }
    const documents = entriesOf(profile.collected_data, 'documents').length
    if (documents > count(effects, 'document')) this.#find('duplicated', 'document', '')
    if (profile.images > count(effects, 'image')) this.#find('duplicated', 'image', '')
  }

  #isThere(ref: string): boolean {
    return this.#run.index.effect(ref, 'profile')?.state === 'done'
  }

  async #ask<T>(question: () => Promise<Reply<T>>): Promise<Yes<T> | null> {
    const reply = await ask(this.#run, question)
    if (reply.kind === 'yes') return reply
    // Only "there is no such thing" says that something is lost; any other no says nothing about it.
    if (reply.status === notFound) return null
    throw new Unanswered(`The target answered ${reply.status}: ${reply.why}`)
  }

  #find(
    kind: Finding['kind'],
    what: string,
    field: string,
    at: { source?: ClientUnit['source'] } = this.#unit,
  ): void {
    const { file, line } = at.source ?? this.#unit.source
    this.result.findings.push({ kind, ref: this.#unit.ref, what, field, source: `${file}:${line}` })
  }
}

function count(effects: readonly Effect[], kind: Effect['kind']): number {
  return effects.filter((effect) => effect.kind === kind).length
}
