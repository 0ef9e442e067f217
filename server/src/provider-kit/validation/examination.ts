import type { ValidationCheck } from '@drawbridge/schema/provider.ts'
import type { GuardedFetch, OutboundReply } from '../../platform/net/index.ts'
import { createHttpProvider } from '../http-provider.ts'
import { addressOf, callIntegration, type IntegrationCall, readJson } from '../integration-client.ts'
import { isPeerObject, type PeerObject } from '../lenient.ts'
import { type DataProvider, type ProviderDescription, ProviderFailure } from '../provider.ts'
import { readDescription } from '../read-description.ts'
import { type SigningKey, signRequest } from '../signing.ts'

const FOUND_CHARACTERS_MAX = 300
const TIMEOUT_SECONDS = 60

/** What one request was answered. */
export interface Probe {
  /** Null when there was no reply. */
  readonly status: number | null
  /** The JSON of the reply; undefined when there is none. */
  readonly value: unknown
  readonly reply: OutboundReply | null
  /** Why there is no reply or no JSON; null when there are both. */
  readonly problem: string | null
}

/** All that the examiners of one integration know and share. */
export interface Examination {
  readonly url: string
  readonly key: SigningKey
  readonly secret: string
  readonly fetch: GuardedFetch
  readonly signal: AbortSignal
  readonly credentials: Readonly<Record<string, string>>
  readonly config: Readonly<Record<string, unknown>>
  /** The longest wait between two polls, in seconds: a validation need not be as patient as a check. */
  readonly waitSecondsMax: number
  readonly metadata: Probe
  readonly configuration: Probe
  /** Null when it cannot be read; then `descriptionProblem` says why. */
  readonly description: ProviderDescription | null
  readonly descriptionProblem: string
}

/** What an examiner found. */
export type Finding = Pick<ValidationCheck, 'outcome' | 'found'>

/** One named check of the suite. */
export interface Examiner {
  readonly name: string
  readonly wanted: string
  examine(examination: Examination): Promise<Finding> | Finding
}

const finding = (outcome: Finding['outcome']) => (found: string) => ({
  outcome,
  found: found.slice(0, FOUND_CHARACTERS_MAX).toWellFormed(),
})

/** What was wanted was found. */
export const passed = finding('PASSED')
/** Something else was found: the integration cannot be used. */
export const failed = finding('FAILED')
/** It does not apply, or cannot be told; the text says why. */
export const skipped = finding('SKIPPED')
/** It should be otherwise, but the integration can be used. */
export const warned = finding('WARNED')
/** Nothing can be asked of an integration that cannot be read. */
export const noDescription = skipped('the configuration cannot be read')

/** Sends a request and never raises because of what comes back. */
export async function probe(
  examination: Pick<Examination, 'url' | 'key' | 'fetch' | 'signal'>,
  call: Omit<IntegrationCall, 'timeoutSeconds' | 'signal'>,
): Promise<Probe> {
  let reply: OutboundReply | null = null
  try {
    reply = await callIntegration(examination, {
      ...call,
      timeoutSeconds: TIMEOUT_SECONDS,
      signal: examination.signal,
    })
    return { status: reply.status, value: readJson(reply.body, call), reply, problem: null }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { status: reply?.status ?? null, value: undefined, reply, problem: error.message }
  }
}

/** A request of which an examiner sets every header. */
export interface RawRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body: string | null
  readonly headers: Readonly<Record<string, string>>
}

/** Sends a request as it is given; the status that it was answered, or why there was none. */
export async function statusOf(examination: Examination, request: RawRequest): Promise<number | string> {
  return statusOfAddress(examination, addressOf(examination.url, request.path), request)
}

/** As `statusOf`, for a whole address. */
export async function statusOfAddress(
  { fetch, signal }: Examination,
  address: string,
  { method, body, headers }: Omit<RawRequest, 'path'>,
): Promise<number | string> {
  try {
    const reply = await fetch(address, {
      method,
      body,
      headers: { ...headers, ...(body === null ? {} : { 'content-type': 'application/json' }) },
      timeoutMs: TIMEOUT_SECONDS * 1000,
      signal,
    })
    return reply.status
  } catch (error) {
    return error instanceof Error ? error.message : 'no answer'
  }
}

/** The headers that sign a request of the suite. */
export function signatureFor(
  { url }: Examination,
  key: SigningKey,
  { method, path, body }: Omit<RawRequest, 'headers'>,
  date = new Date(),
): Record<string, string> {
  return signRequest(key, { method, url: addressOf(url, path), body, date })
}

/** True for any status of success. */
export function isSuccess(status: number | string | null): boolean {
  return typeof status === 'number' && status >= 200 && status < 300
}

/** The object of a reply of success, or what was found in its place. */
export function objectOf({ status, value, problem }: Probe): PeerObject | string {
  if (status === null) return problem ?? 'no answer'
  if (!isSuccess(status)) return `status ${status}`
  return isPeerObject(value) ? value : (problem ?? 'JSON that is not an object')
}

/** Asks for metadata and configuration, which everything else depends on. */
export async function openExamination(
  given: Omit<Examination, 'metadata' | 'configuration' | 'description' | 'descriptionProblem'>,
): Promise<Examination> {
  const metadata = await probe(given, { method: 'GET', path: '', isUnsigned: true })
  const configuration = await probe(given, { method: 'GET', path: 'config' })
  const known = { ...given, metadata, configuration }
  try {
    const [said, configured] = [objectOf(metadata), objectOf(configuration)]
    if (typeof said === 'string') throw new ProviderFailure('reply', `The metadata: ${said}`)
    if (typeof configured === 'string') throw new ProviderFailure('reply', `The configuration: ${configured}`)
    return { ...known, description: readDescription(said, configured), descriptionProblem: '' }
  } catch (error) {
    if (!(error instanceof ProviderFailure)) throw error
    return { ...known, description: null, descriptionProblem: error.message }
  }
}

/** What the work found; a failure of the provider is a failed finding. */
export async function settled(work: () => Promise<Finding>): Promise<Finding> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProviderFailure) return failed(error.message)
    throw error
  }
}

/** The integration as the platform calls it; null when it cannot be read. */
export function providerOf({ url, secret, fetch, description }: Examination): DataProvider | null {
  return description && createHttpProvider({ url, secret, fetch, description })
}
