import { ApiError, type Client, createClient } from '@drawbridge/client'
import { AddDocument } from '@drawbridge/schema/collected-data.ts'
import { AddDocumentImage, GetDocumentImage, ListDocumentImages } from '@drawbridge/schema/document.ts'
import { AddFile, GetFile } from '@drawbridge/schema/file.ts'
import type { CallInput, Operation } from '@drawbridge/schema/operation.ts'
import {
  CreateProfile,
  GetCollectedData,
  GetProfile,
  ListProfiles,
  ReplaceCollectedData,
} from '@drawbridge/schema/profile.ts'
import { AddTag } from '@drawbridge/schema/tag.ts'
import { WhoAmI } from '@drawbridge/schema/whoami.ts'
import { Agent, fetch } from 'undici'
import { mostWorkers } from './ramp.ts'
import { replyOf } from './reply-of.ts'
import type { Reply, Sending, Target, TargetProfile } from './target.ts'

const pageSize = 200
/** Where a target cannot give so many at once, since its documents are large, it is asked for these. */
const smallPageSize = 10

/** Where the API is, and with which key. */
export interface ApiTargetOptions {
  url: string
  apikey: string
  timeoutMs?: number
}

/** A target over HTTP, and the way to let go of its sockets. */
export interface ApiTarget extends Target {
  close(): Promise<void>
}

/**
 * The calls of a migration against any server of API 4.0, through the public client. Never more than five sockets
 * are open: the pool counts a socket until it is closed, a timed-out one too. Sends nothing again by itself; that
 * is the ledger's to decide.
 */
export function apiTarget({ url, apikey, timeoutMs }: ApiTargetOptions): ApiTarget {
  const dispatcher = new Agent({ connections: mostWorkers, pipelining: 1, keepAliveTimeout: 30_000 })
  const client = createClient({
    url,
    apikey,
    userAgent: 'drawbridge-migrate',
    retries: 0,
    fetch: (address, init) => fetch(address, { ...init, dispatcher }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })
  return { ...callsOf(new Caller(client)), close: () => dispatcher.close() }
}

/** Makes calls and reads what came back as a Reply. */
class Caller {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  async call<O extends Operation, T>(
    operation: O,
    input: CallInput<O>,
    read: (body: unknown) => T,
    { idempotencyKey }: Sending = {},
  ): Promise<Reply<T>> {
    try {
      const options = idempotencyKey === undefined ? {} : { idempotencyKey }
      const { body, etag, replayed } = await this.#client.call(operation, input, options)
      return { kind: 'yes', value: read(body), etag, replayed }
    } catch (error) {
      if (error instanceof ApiError) return replyOf(error)
      throw error
    }
  }
}

function callsOf(caller: Caller): Target {
  return { ...profileCalls(caller), ...contentCalls(caller) }
}

function profileCalls(
  caller: Caller,
): Pick<
  Target,
  | 'whoAmI'
  | 'createProfile'
  | 'getProfile'
  | 'listProfiles'
  | 'getCollectedData'
  | 'replaceCollectedData'
  | 'addTag'
> {
  return {
    whoAmI: () =>
      caller.call(WhoAmI, {}, (body) => {
        const { institution } = body as { institution: { id: string; name: string } }
        return { institutionId: institution.id, institution: institution.name }
      }),
    createProfile: (body, sending) =>
      caller.call(
        CreateProfile,
        { body: body as CallInput<typeof CreateProfile>['body'] },
        profileOf,
        sending,
      ),
    getProfile: (id) => caller.call(GetProfile, { profile_id: id }, profileOf),
    listProfiles: async (q, from) => {
      const list = (limit: number) =>
        caller.call(ListProfiles, { ...(q === null ? {} : { q }), limit, ...pageFrom(from) }, (body) =>
          pageOf(body, from),
        )
      const page = await list(pageSize)
      return page.kind === 'no' && page.status === 400 ? list(smallPageSize) : page
    },
    getCollectedData: (id) => caller.call(GetCollectedData, { profile_id: id }, (body) => body as Json),
    replaceCollectedData: (id, body, sending) =>
      caller.call(
        ReplaceCollectedData,
        {
          profile_id: id,
          body: body as CallInput<typeof ReplaceCollectedData>['body'],
          ...(sending.ifMatch === undefined ? {} : { if_match: sending.ifMatch }),
        },
        (answer) => answer as Json,
        sending,
      ),
    addTag: (id, name, sending) => caller.call(AddTag, { profile_id: id, body: { name } }, idOf, sending),
  }
}

function contentCalls(
  caller: Caller,
): Pick<Target, 'addDocument' | 'listImages' | 'getImage' | 'addImage' | 'addFile' | 'getFile'> {
  return {
    addDocument: (id, body, sending) =>
      caller.call(
        AddDocument,
        { profile_id: id, body: body as CallInput<typeof AddDocument>['body'] },
        idOf,
        sending,
      ),
    listImages: (id) =>
      caller.call(
        ListDocumentImages,
        { profile_id: id },
        (body) => body as { id: string; image_type: string }[],
      ),
    getImage: (id, imageId) =>
      caller.call(GetDocumentImage, { profile_id: id, image_id: imageId, full: 'true' }, contentOf),
    addImage: (id, body, sending) =>
      caller.call(
        AddDocumentImage,
        { profile_id: id, body: body as CallInput<typeof AddDocumentImage>['body'] },
        idOf,
        sending,
      ),
    addFile: (id, body, sending) =>
      caller.call(
        AddFile,
        { profile_id: id, body: body as CallInput<typeof AddFile>['body'] },
        idOf,
        sending,
      ),
    getFile: (id, fileId) =>
      caller.call(GetFile, { profile_id: id, file_id: fileId }, (body) => ({
        name: String((body as Json).name ?? ''),
        content: contentOf(body),
      })),
  }
}

type Json = Record<string, unknown>

function profileOf(body: unknown): TargetProfile {
  const { id, role, collected_data, tags, applications, document_images } = body as Json
  return {
    id: String(id),
    role: String(role),
    collected_data: (collected_data ?? {}) as Json,
    tags: listOf(tags).map((tag) => String(tag.name)),
    applications: listOf(applications).map((one) => String((one.product as Json | undefined)?.alias ?? '')),
    images: listOf(document_images).length,
  }
}

/** A page's place in the list: our own servers give a cursor, the original service counts from the beginning. */
function pageFrom(from: string | null): { after?: string; offset?: number } {
  if (from === null) return {}
  return from.startsWith('offset:') ? { offset: Number(from.slice('offset:'.length)) } : { after: from }
}

function pageOf(body: unknown, from: string | null) {
  const { results, count, after } = body as { results: unknown[]; count: number; after?: string }
  const offset = (pageFrom(from).offset ?? 0) + results.length
  const counted = after === undefined && from?.startsWith('offset:') !== false && offset < count
  const next = after ?? (counted && results.length > 0 ? `offset:${offset}` : null)
  return { profiles: results.map(profileOf), next }
}

function idOf(body: unknown): { id: string } {
  return { id: String((body as Json).id) }
}

/** The bytes of a data URI. */
function contentOf(body: unknown): Buffer {
  const data = String((body as Json).decrypted_data ?? '')
  return Buffer.from(data.slice(data.indexOf(',') + 1), 'base64')
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : []
}
