import type { CheckType } from '@drawbridge/schema/check.ts'

/** Seconds between polls, and how many there may be. */
export interface PollingStrategy {
  readonly initialIntervalSeconds: number
  readonly pollingIntervalSeconds: number
  readonly pollsMax: number
}

/** How an integration answers (provider protocol 1.3). */
export type CheckTemplate =
  | { readonly type: 'ONE_TIME_SYNCHRONOUS'; readonly timeoutSeconds: number }
  | {
      readonly type: 'ONE_TIME_CALLBACK'
      readonly requestTimeoutSeconds: number
      readonly callbackTimeoutSeconds: number
    }
  | {
      readonly type: 'ONE_TIME_POLLING'
      readonly requestTimeoutSeconds: number
      readonly polling: PollingStrategy
    }
  | {
      readonly type: 'MONITORED_POLLING'
      readonly requestTimeoutSeconds: number
      readonly polling: PollingStrategy
      readonly updateIntervalSeconds: number
    }

/** The most that a call may take, in seconds: what the integration asks for, and no more than the account allows. */
export function timeoutOf(limitSeconds: number | null, template: CheckTemplate): number {
  const own =
    template.type === 'ONE_TIME_SYNCHRONOUS' ? template.timeoutSeconds : template.requestTimeoutSeconds
  return limitSeconds === null ? own : Math.min(own, limitSeconds)
}

/** A field of the credentials or of the configuration that an integration asks for. */
export interface ProviderField {
  readonly type: string
  readonly name: string
  readonly label: string
  readonly subtext?: string
  readonly options?: readonly string[]
  readonly default?: unknown
}

/** What an integration says of itself: its metadata and configuration (1.2, 1.3). */
export interface ProviderDescription {
  readonly providerName: string
  readonly checkType: CheckType
  readonly template: CheckTemplate
  readonly supportsReselling: boolean
  /** Credits of £0.01 each; null when it is not resold. */
  readonly maximumCost: number | null
  /** ISO 3166-1 alpha-3. */
  readonly supportedCountries: readonly string[]
  readonly supportedFeatures: readonly string[]
  readonly credentialFields: readonly ProviderField[]
  readonly configFields: readonly ProviderField[]
  /** By name; only with the feature CUSTOM_DATA_OUTPUT. */
  readonly outputCustomFields: Readonly<
    Record<string, { readonly type: 'STRING' | 'BOOLEAN' | 'DECIMAL'; readonly label: string }>
  >
}

/** What every request about a check carries. */
export interface ProviderOrder {
  readonly checkId: string
  /** Present on demo checks only: which answer is wished for. */
  readonly demoResult: string | null
  /** The account's own contract, or ours sold on. */
  readonly relationship: 'DIRECT' | 'RESOLD'
  readonly config: Readonly<Record<string, unknown>>
  /** Null when resold. */
  readonly credentials: Readonly<Record<string, string>> | null
}

/** A check to start. `input` is collected data in the contract's shape. */
export interface StartOrder extends ProviderOrder {
  readonly input: Readonly<Record<string, unknown>>
}

/** A check that was started, as its provider knows it. */
export interface StartedOrder extends ProviderOrder {
  readonly providerId: string
  readonly reference: string
  readonly customData: Readonly<Record<string, unknown>>
}

/** Something a provider could not do. `type` is open: peers have words of their own. */
export interface ProviderError {
  readonly type: string
  readonly subType?: string
  readonly message: string
  readonly data?: unknown
}

/** What a check cost, in credits. */
export interface ProviderCharge {
  readonly amount: number
  readonly sku?: string
  readonly reference?: string
}

/** A page at the provider's that a person may open. */
export interface ExternalResource {
  readonly type: 'LINK' | 'EMBED'
  readonly url: string
  readonly id: string
  readonly label: string
}

/** A final answer. With errors the check has failed, whatever else is there. */
export interface ProviderOutput {
  /** In the shape of `output_data` of the check type; null when nothing was found. */
  readonly output: Readonly<Record<string, unknown>> | null
  /** What the provider itself calls the result: a word, or for custom checks a decision with a summary. */
  readonly result: string | { readonly decision: string; readonly summary: string } | null
  readonly errors: readonly ProviderError[]
  readonly warnings: readonly { readonly type: string; readonly message: string }[]
  readonly charges: readonly ProviderCharge[]
  readonly externalResources: readonly ExternalResource[]
  /** Kept for support only. */
  readonly providerData?: unknown
}

/** A check that goes on at the provider's: it will call back, or is to be polled. */
export interface ProviderStarted {
  readonly providerId: string
  readonly reference: string
  readonly customData: Readonly<Record<string, unknown>>
}

/** What a provider answered. */
export type ProviderAnswer =
  | ({ readonly state: 'final' } & ProviderOutput)
  | ({ readonly state: 'started' } & ProviderStarted)
  | { readonly state: 'pending'; readonly customData: Readonly<Record<string, unknown>> }

/** A company that a search found, in the protocol's words. */
export interface SearchCandidate {
  readonly name: string
  readonly number: string
  readonly country_of_incorporation: string
  readonly [more: string]: unknown
}

/** Bytes kept at a provider's. */
export interface DownloadedFile {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly name: string | null
}

/** Why a provider could not be asked, or not be understood. `kind` says what it means for the check and the breaker. */
export class ProviderFailure extends Error {
  readonly kind: 'connection' | 'timeout' | 'status' | 'reply' | 'too-large' | 'refused'

  constructor(kind: ProviderFailure['kind'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/**
 * A data provider: an integration over HTTP, or the demo provider in this process. Every method may raise
 * `ProviderFailure`; `signal` ends it.
 */
export interface DataProvider {
  /** True when asking it never leaves this process: it may be asked within a transaction, and is always up. */
  readonly isLocal: boolean
  readonly description: ProviderDescription
  start(order: StartOrder, signal: AbortSignal): Promise<ProviderAnswer>
  poll(order: StartedOrder, signal: AbortSignal): Promise<ProviderAnswer>
  /** Says that a callback may come; an integration may not know the call. */
  ready(order: StartedOrder, signal: AbortSignal): Promise<void>
  /** Fetches what a callback announced. */
  complete(order: StartedOrder, signal: AbortSignal): Promise<ProviderAnswer>
  /** Begins ongoing monitoring of a finished check. */
  monitor(order: Omit<StartedOrder, 'checkId'>, signal: AbortSignal): Promise<void>
  /** The whole current result of a monitored check. */
  pollMonitored(order: Omit<StartedOrder, 'checkId'>, signal: AbortSignal): Promise<ProviderAnswer>
  search(
    order: Omit<ProviderOrder, 'checkId'> & {
      readonly query: string
      readonly country: string
      readonly state: string | null
    },
    signal: AbortSignal,
  ): Promise<{ readonly candidates: readonly SearchCandidate[]; readonly errors: readonly ProviderError[] }>
  download(
    order: StartedOrder & {
      readonly fileReference: string
      readonly what: { readonly imageType: string } | { readonly fileType: string }
    },
    signal: AbortSignal,
  ): Promise<DownloadedFile>
}
