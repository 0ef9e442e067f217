/**
 * What came back from one call, in the only four kinds that matter to whoever must not do anything twice
 * (reliability-security E.1).
 */
export type Reply<T> = Yes<T> | No | Later | Unknown

/** Done; the reply could be read. `replayed` when the target had done it for an earlier request with the same key. */
export interface Yes<T> {
  kind: 'yes'
  value: T
  etag: string | null
  replayed: boolean
}

/** Refused for good: the same request would be refused again. */
export interface No {
  kind: 'no'
  status: number
  /** The body code of the API, or the HTTP status where there is none. */
  code: string
  why: string
  /** The profile that stands in the way, where the refusal names one. */
  existingId: string | null
}

/** Certainly not done, and may be sent again after a while: 429, a connection that was never made. */
export interface Later {
  kind: 'later'
  /** What the target asked for; null leaves it to the sender. */
  waitMs: number | null
  why: string
}

/** It cannot be known whether it was done. */
export interface Unknown {
  kind: 'unknown'
  why: string
}

/** How one request is to be sent. */
export interface Sending {
  /** Absent where keys are not used. */
  idempotencyKey?: string
  ifMatch?: string
}

/** A profile as a list or a get shows it, as far as the migration looks at it. */
export interface TargetProfile {
  id: string
  role: string
  collected_data: Record<string, unknown>
  tags: string[]
  /** Aliases of the products applied for. */
  applications: string[]
  /** How many document images it has. */
  images: number
}

/** A document image as the target lists it. */
export interface TargetImage {
  id: string
  image_type: string
}

/** One page of the target’s profiles. */
export interface ProfilePage {
  profiles: TargetProfile[]
  /** Where the next page begins; null on the last. */
  next: string | null
}

/** The calls of API 4.0 that a migration needs. Each answers with a Reply and throws only for programming faults. */
export interface Target {
  whoAmI(): Promise<Reply<{ institutionId: string; institution: string }>>
  createProfile(body: Record<string, unknown>, sending: Sending): Promise<Reply<TargetProfile>>
  getProfile(id: string): Promise<Reply<TargetProfile>>
  /** One page of profiles, at most 200; `q` searches, null lists all. */
  listProfiles(q: string | null, from: string | null): Promise<Reply<ProfilePage>>
  getCollectedData(id: string): Promise<Reply<Record<string, unknown>>>
  replaceCollectedData(
    id: string,
    body: Record<string, unknown>,
    sending: Sending,
  ): Promise<Reply<Record<string, unknown>>>
  addDocument(id: string, body: Record<string, unknown>, sending: Sending): Promise<Reply<{ id: string }>>
  listImages(id: string): Promise<Reply<TargetImage[]>>
  /** The bytes of an image, as they were uploaded. */
  getImage(id: string, imageId: string): Promise<Reply<Buffer>>
  addImage(id: string, body: Record<string, unknown>, sending: Sending): Promise<Reply<{ id: string }>>
  addFile(id: string, body: Record<string, unknown>, sending: Sending): Promise<Reply<{ id: string }>>
  getFile(id: string, fileId: string): Promise<Reply<{ name: string; content: Buffer }>>
  addTag(id: string, name: string, sending: Sending): Promise<Reply<{ id: string }>>
}
