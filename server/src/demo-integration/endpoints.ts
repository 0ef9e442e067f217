import { z } from 'zod'
import {
  type DataProvider,
  type ExternalResource,
  type ProviderAnswer,
  ProviderFailure,
  type ProviderOrder,
  type ProviderOutput,
} from '../provider-kit/provider.ts'
import { demoProvider } from '../providers/demo/index.ts'
import { DownloadBody, MonitoredBody, orderOf, SearchBody, StartBody, StartedBody } from './request.ts'
import type { Place } from './templates.ts'
import { answerOf, errorsOf, type Json } from './wire.ts'

/** A call of the platform, its signature already verified. */
export interface Call {
  readonly place: Place
  /** Parsed JSON. */
  readonly body: unknown
  /** The address under which this integration was called, with a slash at the end. */
  readonly baseUrl: string
  readonly signal: AbortSignal
  /** Bytes of an image that the platform holds; undefined when it cannot be had. Null without a platform to ask. */
  readonly imageBytes: ((id: string) => Promise<number | undefined>) | null
}

/** What a call is answered with, and what happens after it was. */
export type Answer =
  | { readonly kind: 'json'; readonly json: Json; readonly callBack?: Names }
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly mediaType: string; readonly name: string }
  /** The body is not what the call takes. */
  | { readonly kind: 'malformed'; readonly message: string }
  | { readonly kind: 'unknown' }

/** The names of a check at the provider's. */
export interface Names {
  readonly provider_id: string
  readonly reference: string
}

const providerId = '6d0a5d4e-9f0b-4c55-8d6e-0d9b0e7f1a01'
const Custom = z.looseObject({ polls_left: z.int().min(0).catch(0), answer: z.looseObject({}).optional() })
const Images = z.looseObject({
  documents: z.array(z.looseObject({ images: z.array(z.looseObject({ id: z.string() })).default([]) })),
})
const nothing: Answer = { kind: 'json', json: errorsOf([]) }

/**
 * Answers a call by the provider protocol (1.5) with what the demo provider answers in process. Nothing is kept
 * between calls: `custom_data` holds the answer, the reference holds whom a monitored check is about. Raises
 * `ProviderFailure` of kind `timeout` when the call is not to be answered at all.
 */
export async function answerCall(call: Call): Promise<Answer> {
  const { call: path } = call.place
  if (path === 'checks') return withBody(StartBody, call, start)
  if (/^checks\/[^/]+\/poll$/.test(path) && call.place.template.type.endsWith('_POLLING'))
    return withBody(StartedBody, call, poll)
  if (/^checks\/[^/]+\/ready$/.test(path)) return withBody(StartedBody, call, async () => nothing)
  if (/^checks\/[^/]+\/complete$/.test(path)) return withBody(StartedBody, call, complete)
  if (path === 'download_file') return withBody(DownloadBody, call, download)
  if (path === 'search' && call.place.checkType === 'COMPANY_DATA') return withBody(SearchBody, call, search)
  return call.place.template.type === 'MONITORED_POLLING' ? monitored(path, call) : { kind: 'unknown' }
}

async function monitored(path: string, call: Call): Promise<Answer> {
  if (path === 'monitored_checks/ready') return withBody(MonitoredBody, call, async () => nothing)
  if (path === 'monitored_checks/poll') return withBody(MonitoredBody, call, pollMonitored)
  if (path === 'monitored_provider/poll') {
    return { kind: 'json', json: { references: 'UNKNOWN', ...errorsOf([]) } }
  }
  return { kind: 'unknown' }
}

async function withBody<Body>(
  schema: z.ZodType<Body>,
  call: Call,
  answer: (body: Body, call: Call) => Promise<Answer>,
): Promise<Answer> {
  const read = schema.safeParse(call.body)
  if (read.success) return answer(read.data, call)
  const fields = read.error.issues.map((issue) => issue.path.join('.')).join(', ')
  return { kind: 'malformed', message: `The body is not as the provider protocol says, at: ${fields}` }
}

async function start(body: z.infer<typeof StartBody>, call: Call): Promise<Answer> {
  const missing = await missingImage(body.check_input, call)
  if (missing !== undefined) return { kind: 'json', json: errorsOf([missing]) }
  const provider = demoProvider(call.place.checkType)
  const order = { ...orderOf(body), checkId: body.id }
  const started = await provider.start({ ...order, input: body.check_input }, call.signal)
  const output = await finalOf(provider, order, started, call.signal)
  if (call.place.template.type === 'ONE_TIME_SYNCHRONOUS') return finalAnswer(output, body, call)
  if (output.errors.length > 0) return { kind: 'json', json: errorsOf(output.errors) }
  const reference = started.state === 'started' ? started.reference : `demo-${body.id}`
  const names = { provider_id: providerId, reference }
  const custom_data = { polls_left: 1, answer: answerOf(output, resourcesOf(body, call)) }
  const json = { ...names, custom_data, ...errorsOf([]), provider_data: output.providerData ?? null }
  const isCallback = call.place.template.type === 'ONE_TIME_CALLBACK'
  return { kind: 'json', json, ...(isCallback && { callBack: names }) }
}

/** The final output of an answer, which may have to be polled for. */
async function finalOf(
  provider: DataProvider,
  order: ProviderOrder,
  answer: ProviderAnswer,
  signal: AbortSignal,
): Promise<ProviderOutput> {
  const last = answer.state === 'started' ? await provider.poll({ ...order, ...answer }, signal) : answer
  if (last.state === 'final') return last
  throw new ProviderFailure('reply', 'The demo provider did not come to an end.')
}

function finalAnswer(output: ProviderOutput, body: z.infer<typeof StartBody>, call: Call): Answer {
  return { kind: 'json', json: answerOf(output, resourcesOf(body, call)) }
}

/** A page for a person, where the demo result asks for one. */
function resourcesOf(
  { id, demo_result }: z.infer<typeof StartBody>,
  call: Call,
): readonly ExternalResource[] {
  const type = /^EXTERNAL_RESOURCE_(LINK|EMBED)$/.exec(demo_result ?? '')?.[1]
  if (type !== 'LINK' && type !== 'EMBED') return []
  return [{ type, id, url: `${call.baseUrl}pages/${id}`, label: 'Demo page' }]
}

/** Verification looks at the images, so it fetches them from the platform. */
async function missingImage(input: Json, { place, imageBytes }: Call) {
  if (imageBytes === null || !place.checkType.endsWith('DOCUMENT_VERIFICATION')) return undefined
  for (const id of imageIdsOf(input)) {
    if ((await imageBytes(id)) === undefined) {
      return {
        type: 'INVALID_CHECK_INPUT',
        message: 'An image of the document cannot be fetched from the platform.',
        data: { field: 'DOCUMENT' },
      }
    }
  }
  return undefined
}

function imageIdsOf(input: Json): readonly string[] {
  const read = Images.safeParse(input)
  return read.success ? read.data.documents.flatMap(({ images }) => images.map(({ id }) => id)) : []
}

async function poll(body: z.infer<typeof StartedBody>): Promise<Answer> {
  const { polls_left: left, answer } = Custom.parse(body.custom_data ?? {})
  const names = { provider_id: body.provider_id, reference: body.reference }
  if (left > 0) {
    return {
      kind: 'json',
      json: { pending: true, ...names, custom_data: { polls_left: left - 1 }, ...errorsOf([]) },
    }
  }
  return { kind: 'json', json: { pending: false, ...names, ...heldAnswer(answer) } }
}

async function complete(body: z.infer<typeof StartedBody>): Promise<Answer> {
  return { kind: 'json', json: heldAnswer(Custom.parse(body.custom_data ?? {}).answer) }
}

/** The answer that the custom data carried, as it must be echoed back. */
function heldAnswer(answer: Json | undefined): Json {
  const message = 'The custom data that came with the start of the check did not come back.'
  return answer ?? errorsOf([{ type: 'INTEGRATION', message }])
}

async function pollMonitored(body: z.infer<typeof MonitoredBody>, call: Call): Promise<Answer> {
  const order = { ...orderOf(body), providerId, reference: body.reference, customData: {} }
  const answer = await demoProvider(call.place.checkType).pollMonitored(order, call.signal)
  if (answer.state !== 'final')
    throw new ProviderFailure('reply', 'The demo provider did not come to an end.')
  return { kind: 'json', json: { pending: false, ...answerOf(answer, []) } }
}

async function search(body: z.infer<typeof SearchBody>, call: Call): Promise<Answer> {
  const { query, country_of_incorporation: country, state_of_incorporation: state } = body.search_input
  const order = { ...orderOf(body), query, country, state: state ?? null }
  const { candidates, errors } = await demoProvider(call.place.checkType).search(order, call.signal)
  return { kind: 'json', json: { search_output: candidates, ...errorsOf(errors), charges: [] } }
}

async function download(body: z.infer<typeof DownloadBody>, call: Call): Promise<Answer> {
  const { download_info: info } = body
  const order = {
    ...orderOf(body),
    checkId: body.check_id,
    providerId,
    reference: body.file_reference,
    customData: body.custom_data ?? {},
    fileReference: body.file_reference,
    what: info.download_type === 'IMAGE' ? { imageType: info.image_type } : { fileType: info.file_type },
  }
  const file = await demoProvider(call.place.checkType).download(order, call.signal)
  return { kind: 'file', bytes: file.bytes, mediaType: file.mediaType, name: file.name ?? 'demo' }
}
