import { randomUUID } from 'node:crypto'
import type { No, Reply, Sending, Target, TargetImage, TargetProfile, Yes } from './target.ts'

interface StoredProfile extends Omit<TargetProfile, 'images'> {
  etag: number
  images: (TargetImage & { content: Buffer })[]
  files: { id: string; name: string; content: Buffer }[]
}

/** What goes wrong with one call: its reply is lost after it was done, before it was done, or it is told to wait. */
export type Trouble = 'lost-after' | 'lost-before' | 'wait' | 'unreachable' | null

export interface FakeTargetOptions {
  /** Remembers idempotency keys, as Drawbridge does; false: the original service. */
  keys: boolean
  uniqueReference: boolean
  /** The chance in the outside world: asked at every call that writes. */
  trouble?: (call: { op: string; n: number }) => Trouble
  /** References that are refused, with a reason. */
  refuse?: (body: Record<string, unknown>) => string | null
  delayMs?: number
}

/** The edge that tests put in the place of a server: the contract's behaviour in memory, with troubles on demand. */
export class FakeTarget implements Target {
  readonly profiles = new Map<string, StoredProfile>()
  readonly #replies = new Map<string, Yes<unknown>>()
  readonly #options: FakeTargetOptions
  calls = 0
  inFlight = 0
  mostInFlight = 0

  constructor(options: FakeTargetOptions) {
    this.#options = options
  }

  async whoAmI() {
    return this.#read(() => ({ institutionId: 'inst-1', institution: 'Old Mill Bank' }))
  }

  createProfile(body: Record<string, unknown>, sending: Sending): Promise<Reply<TargetProfile>> {
    return this.#write('profile', sending, () => {
      const data = structuredClone(body.collected_data) as Record<string, unknown>
      const why = this.#options.refuse?.(body) ?? null
      if (why !== null) return no(400, why)
      const taken = [...this.profiles.values()].find(
        (one) => one.collected_data.customer_ref === data.customer_ref,
      )
      if (taken !== undefined && this.#options.uniqueReference) {
        return { ...no(409, 'Another profile has this customer reference'), existingId: taken.id }
      }
      const profile: StoredProfile = {
        id: randomUUID(),
        role: String(body.role),
        collected_data: data,
        tags: [],
        applications: [],
        etag: 1,
        images: [],
        files: [],
      }
      this.profiles.set(profile.id, profile)
      return yes(view(profile))
    })
  }

  async getProfile(id: string): Promise<Reply<TargetProfile>> {
    if (!this.profiles.has(id)) return no(404, 'There is no such profile')
    return this.#read(() => view(this.#profile(id)))
  }

  listProfiles(q: string | null, from: string | null) {
    return this.#read(() => {
      const hits = [...this.profiles.values()].filter((one) => {
        const data = one.collected_data as { customer_ref?: string }
        return q === null || data.customer_ref === q || one.tags.includes(q)
      })
      const start = Number(from ?? 0)
      const profiles = hits.slice(start, start + 200).map(view)
      return { profiles, next: start + 200 < hits.length ? String(start + 200) : null }
    })
  }

  async getCollectedData(id: string): Promise<Reply<Record<string, unknown>>> {
    const reply = await this.#read(() => structuredClone(this.#profile(id).collected_data))
    return reply.kind === 'yes' ? { ...reply, etag: String(this.#profile(id).etag) } : reply
  }

  replaceCollectedData(id: string, body: Record<string, unknown>, sending: Sending) {
    return this.#write('links', sending, () => {
      const profile = this.#profile(id)
      if (sending.ifMatch !== undefined && sending.ifMatch !== String(profile.etag)) return no(412, 'changed')
      profile.collected_data = structuredClone(body)
      profile.etag += 1
      return yes(structuredClone(body))
    })
  }

  addDocument(id: string, body: Record<string, unknown>, sending: Sending) {
    return this.#write('document', sending, () => {
      const profile = this.#profile(id)
      const document = { id: randomUUID(), ...body }
      const documents = (profile.collected_data.documents ?? []) as unknown[]
      profile.collected_data = { ...profile.collected_data, documents: [...documents, document] }
      profile.etag += 1
      return yes({ id: document.id })
    })
  }

  listImages(id: string): Promise<Reply<TargetImage[]>> {
    return this.#read(() =>
      this.#profile(id).images.map((one) => ({ id: one.id, image_type: one.image_type })),
    )
  }

  async getImage(id: string, imageId: string): Promise<Reply<Buffer>> {
    const image = this.#profile(id).images.find((one) => one.id === imageId)
    return image === undefined ? no(404, 'There is no such document image') : this.#read(() => image.content)
  }

  addImage(id: string, body: Record<string, unknown>, sending: Sending) {
    return this.#write('image', sending, () => {
      const image = { id: randomUUID(), image_type: String(body.image_type), content: decoded(body) }
      this.#profile(id).images.push(image)
      return yes({ id: image.id })
    })
  }

  addFile(id: string, body: Record<string, unknown>, sending: Sending) {
    return this.#write('file', sending, () => {
      const file = { id: randomUUID(), name: String(body.name), content: decoded(body) }
      this.#profile(id).files.push(file)
      return yes({ id: file.id })
    })
  }

  async getFile(id: string, fileId: string): Promise<Reply<{ name: string; content: Buffer }>> {
    const file = this.#profile(id).files.find((one) => one.id === fileId)
    return file === undefined ? no(404, 'There is no such file') : this.#read(() => file)
  }

  addTag(id: string, name: string, sending: Sending) {
    return this.#write('tag', sending, () => {
      const { tags } = this.#profile(id)
      if (!tags.includes(name)) tags.push(name)
      return yes({ id: randomUUID() })
    })
  }

  #profile(id: string): StoredProfile {
    const profile = this.profiles.get(id)
    if (profile === undefined) throw new Error(`no profile ${id}`)
    return profile
  }

  async #read<T>(answer: () => T): Promise<Reply<T>> {
    await this.#under()
    const value = answer()
    return yes(value)
  }

  async #write<T>(op: string, sending: Sending, effect: () => Yes<T> | No): Promise<Reply<T>> {
    const trouble = this.#options.trouble?.({ op, n: this.calls + 1 }) ?? null
    await this.#under()
    if (trouble === 'unreachable') return { kind: 'later', waitMs: null, why: 'refused' }
    if (trouble === 'wait') return { kind: 'later', waitMs: 5, why: '429' }
    if (trouble === 'lost-before') return { kind: 'unknown', why: 'reset' }
    const reply = this.#once(sending, effect)
    return trouble === 'lost-after' ? { kind: 'unknown', why: 'reset' } : reply
  }

  #once<T>(sending: Sending, effect: () => Yes<T> | No): Yes<T> | No {
    const key = this.#options.keys ? sending.idempotencyKey : undefined
    const known = key === undefined ? undefined : this.#replies.get(key)
    if (known !== undefined) return { ...(known as Yes<T>), replayed: true }
    const reply = effect()
    if (key !== undefined && reply.kind === 'yes') this.#replies.set(key, reply)
    return reply
  }

  async #under(): Promise<void> {
    this.calls += 1
    this.inFlight += 1
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight)
    await new Promise((resolve) => setTimeout(resolve, this.#options.delayMs ?? 0))
    this.inFlight -= 1
  }
}

function view(profile: StoredProfile): TargetProfile {
  const { id, role, collected_data, tags, applications } = profile
  const images = profile.images.length
  return { id, role, collected_data: structuredClone(collected_data), tags: [...tags], applications, images }
}

function yes<T>(value: T): Yes<T> {
  return { kind: 'yes', value, etag: null, replayed: false }
}

function no(status: number, why: string): No {
  return { kind: 'no', status, code: '201', why, existingId: null }
}

function decoded(body: Record<string, unknown>): Buffer {
  return Buffer.from(String(body.data), 'base64')
}
