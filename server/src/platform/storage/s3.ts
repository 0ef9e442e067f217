import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'
import { type GuardedFetch, OutboundError, type OutboundReply } from '../net/index.ts'
import { isStorageId, placeOf, probe, type Storage, type StoredItem, unavailable } from './storage.ts'

/** A bucket, and the key to it. */
export interface S3Settings {
  /** `https://s3.eu-central-1.amazonaws.com`, or the address of any store that speaks the same protocol. */
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  /** A folder inside the bucket, without slashes at its ends; empty for none. */
  readonly prefix: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const OBJECT_BYTES_MAX = 64 * 1024 * 1024
const LIST_BYTES_MAX = 4 * 1024 * 1024
const ANSWER_MS = 60_000
const ATTEMPTS = 3
const FIRST_PAUSE_MS = 100

interface S3Call {
  readonly method: 'GET' | 'PUT' | 'DELETE' | 'HEAD'
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly maxReplyBytes?: number
}

/** Worth another attempt: every operation here may be repeated without harm. */
function isPassing(result: OutboundReply | OutboundError): boolean {
  if (result instanceof OutboundError) return result.kind !== 'refused' && result.kind !== 'aborted'
  return result.status >= 500 || result.status === 429
}

/** Contents as objects of a bucket, addressed by path (`endpoint/bucket/prefix/ab/cd/id`), signed with AWS SigV4. */
class S3 implements Storage {
  readonly #settings: S3Settings
  readonly #fetch: GuardedFetch

  constructor(settings: S3Settings, fetch: GuardedFetch) {
    this.#settings = settings
    this.#fetch = fetch
  }

  async put(id: string, bytes: Uint8Array): Promise<void> {
    await this.#call({ method: 'PUT', key: this.#key(id), body: bytes }, [200])
  }

  async get(id: string): Promise<Buffer | null> {
    const call: S3Call = { method: 'GET', key: this.#key(id), maxReplyBytes: OBJECT_BYTES_MAX }
    const reply = await this.#call(call, [200, 404])
    if (reply.status === 404) return this.#absent(reply)
    if (reply.truncated) throw unavailable('An object in the file storage is larger than any file can be')
    return reply.body
  }

  async exists(id: string): Promise<boolean> {
    return (await this.#call({ method: 'HEAD', key: this.#key(id) }, [200, 404])).status === 200
  }

  async delete(id: string): Promise<void> {
    await this.#call({ method: 'DELETE', key: this.#key(id) }, [200, 204, 404])
  }

  async *list(after?: string): AsyncIterable<StoredItem> {
    const prefix = this.#prefix()
    let query: Record<string, string> = { 'list-type': '2', ...(prefix ? { prefix } : {}) }
    if (after !== undefined) query['start-after'] = this.#key(after)
    for (;;) {
      const reply = await this.#call({ method: 'GET', query, maxReplyBytes: LIST_BYTES_MAX }, [200])
      const page = readPage(reply.body.toString('utf8'), prefix)
      yield* page.items
      if (page.next === null) return
      query = { 'list-type': '2', ...(prefix ? { prefix } : {}), 'continuation-token': page.next }
    }
  }

  async check(): Promise<void> {
    await probe(this)
  }

  #prefix(): string {
    return this.#settings.prefix === '' ? '' : `${this.#settings.prefix}/`
  }

  #key(id: string): string {
    return this.#prefix() + placeOf(id).join('/')
  }

  /** A bucket that is not there answers 404 as an object does; taking it for an empty one would lose files. */
  #absent(reply: OutboundReply): null {
    if (/<Code>NoSuchBucket<\/Code>/.test(reply.body.toString('utf8'))) {
      throw unavailable('The bucket of the file storage does not exist')
    }
    return null
  }

  async #call(call: S3Call, expected: readonly number[]): Promise<OutboundReply> {
    for (let attempt = 1; ; attempt++) {
      const result = await this.#send(call)
      if (!(result instanceof OutboundError) && expected.includes(result.status)) return result
      if (attempt === ATTEMPTS || !isPassing(result)) {
        const what = result instanceof OutboundError ? result.kind : `status ${result.status}`
        throw unavailable(
          'The file storage cannot be used',
          new Error(`${call.method}: ${what}`, { cause: result }),
        )
      }
      await wait(FIRST_PAUSE_MS * 4 ** (attempt - 1))
    }
  }

  async #send(call: S3Call): Promise<OutboundReply | OutboundError> {
    const { endpoint, bucket, region, accessKeyId, secretAccessKey } = this.#settings
    const url = new URL(`${endpoint.replace(/\/$/, '')}/${bucket}${call.key ? `/${call.key}` : ''}`)
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value)
    const digest = createHash('sha256')
      .update(call.body ?? '')
      .digest('hex')
    const headers: Record<string, string> = { 'x-amz-content-sha256': digest }
    if (call.body) headers['content-type'] = 'application/octet-stream'
    const signer = new AwsV4Signer({
      method: call.method,
      url: url.href,
      headers,
      service: 's3',
      region,
      accessKeyId,
      secretAccessKey,
    })
    const signed = await signer.sign()
    try {
      return await this.#fetch(signed.url.href, {
        method: call.method,
        headers: Object.fromEntries(signed.headers),
        body: call.body ?? null,
        timeoutMs: ANSWER_MS,
        ...(call.maxReplyBytes === undefined ? {} : { maxReplyBytes: call.maxReplyBytes }),
      })
    } catch (error) {
      if (error instanceof OutboundError) return error
      throw error
    }
  }
}

function element(xml: string, name: string): string | null {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? null
}

function unescapedXml(text: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => named[name] ?? '')
}

/** Reads one page of ListObjectsV2. Keys that are not ours are passed over. */
function readPage(xml: string, prefix: string): { items: StoredItem[]; next: string | null } {
  if (!xml.includes('<ListBucketResult')) throw unavailable('The file storage does not list its objects')
  const items: StoredItem[] = []
  for (const [entry] of xml.matchAll(/<Contents>.*?<\/Contents>/gs)) {
    const key = element(entry, 'Key') ?? ''
    const id = key.slice(-36)
    const modified = new Date(element(entry, 'LastModified') ?? '')
    if (isStorageId(id) && key === prefix + placeOf(id).join('/')) items.push({ id, modified })
  }
  const next = element(xml, 'IsTruncated') === 'true' ? element(xml, 'NextContinuationToken') : null
  return { items, next: next === null ? null : unescapedXml(next) }
}

/** A store in any S3-compatible service, spoken to through the guarded fetch. */
export function openS3(settings: S3Settings, fetch: GuardedFetch): Storage {
  return new S3(settings, fetch)
}
