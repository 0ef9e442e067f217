import type { GuardedFetch } from '../platform/net/index.ts'
import { blotSecrets } from './blot-secrets.ts'
import {
  askIntegration,
  callIntegration,
  FILE_BYTES_MAX,
  type IntegrationAddress,
  type IntegrationCall,
  readJson,
  requireSuccess,
} from './integration-client.ts'
import {
  type DataProvider,
  type ProviderAnswer,
  type ProviderDescription,
  type ProviderOrder,
  type StartOrder,
  timeoutOf,
} from './provider.ts'
import {
  type AnswerRules,
  readAcknowledgement,
  readFinal,
  readPoll,
  readSearch,
  readStart,
} from './read-answer.ts'
import { readFile } from './read-file.ts'
import { downloadBody, monitoredBody, searchBody, startBody, startedBody } from './request-body.ts'
import { signingKeyOf } from './signing.ts'

/** An integration that is called over HTTP. */
export interface HttpProviderOptions {
  /** Its base address. */
  readonly url: string
  /** The shared secret: 32 bytes in base64. */
  readonly secret: string
  readonly description: ProviderDescription
  readonly fetch: GuardedFetch
  /** The account's own limit for one call, in seconds; the integration's own when absent or shorter. */
  readonly timeoutSeconds?: number
}

type Order = Omit<ProviderOrder, 'checkId'>

class HttpProvider implements DataProvider {
  readonly isLocal = false
  readonly description: ProviderDescription
  readonly #address: IntegrationAddress
  readonly #timeoutSeconds: number

  constructor(options: HttpProviderOptions) {
    this.description = options.description
    this.#address = { url: options.url, key: signingKeyOf(options.secret), fetch: options.fetch }
    this.#timeoutSeconds = timeoutOf(options.timeoutSeconds ?? null, options.description.template)
  }

  #call(path: string, body: unknown, signal: AbortSignal): IntegrationCall {
    return { method: 'POST', path, body, signal, timeoutSeconds: this.#timeoutSeconds }
  }

  async #ask(
    path: string,
    body: unknown,
    { credentials }: Pick<Order, 'credentials'>,
    signal: AbortSignal,
  ): Promise<unknown> {
    return blotSecrets(await askIntegration(this.#address, this.#call(path, body, signal)), credentials)
  }

  #rules(order: Order): AnswerRules {
    const { checkType, outputCustomFields, maximumCost } = this.description
    const { relationship, demoResult } = order
    return { checkType, outputCustomFields, maximumCost, relationship, demoResult }
  }

  async start(order: StartOrder, signal: AbortSignal): Promise<ProviderAnswer> {
    const answer = await this.#ask('checks', startBody(order, this.description), order, signal)
    const isSynchronous = this.description.template.type === 'ONE_TIME_SYNCHRONOUS'
    return isSynchronous ? readFinal(answer, this.#rules(order)) : readStart(answer, this.#rules(order))
  }

  async poll(order: Parameters<DataProvider['poll']>[0], signal: AbortSignal): Promise<ProviderAnswer> {
    const body = startedBody(order, this.description, true)
    const answer = await this.#ask(`checks/${order.checkId}/poll`, body, order, signal)
    return readPoll(answer, this.#rules(order), order.customData)
  }

  async ready(order: Parameters<DataProvider['ready']>[0], signal: AbortSignal): Promise<void> {
    const body = startedBody(order, this.description, true)
    const call = this.#call(`checks/${order.checkId}/ready`, body, signal)
    const reply = await callIntegration(this.#address, call)
    // No peer that is known has this call, so one that does not know it is as good as one that says yes.
    if (reply.status !== 404 && reply.status !== 405) requireSuccess(reply, call)
  }

  async complete(
    order: Parameters<DataProvider['complete']>[0],
    signal: AbortSignal,
  ): Promise<ProviderAnswer> {
    const body = startedBody(order, this.description, false)
    return readFinal(
      await this.#ask(`checks/${order.checkId}/complete`, body, order, signal),
      this.#rules(order),
    )
  }

  async monitor(order: Parameters<DataProvider['monitor']>[0], signal: AbortSignal): Promise<void> {
    const call = this.#call('monitored_checks/ready', monitoredBody(order, this.description), signal)
    const reply = await callIntegration(this.#address, call)
    requireSuccess(reply, call)
    if (reply.body.length > 0) readAcknowledgement(readJson(reply.body, call))
  }

  async pollMonitored(
    order: Parameters<DataProvider['pollMonitored']>[0],
    signal: AbortSignal,
  ): Promise<ProviderAnswer> {
    const answer = await this.#ask(
      'monitored_checks/poll',
      monitoredBody(order, this.description),
      order,
      signal,
    )
    return readPoll(answer, this.#rules(order), order.customData)
  }

  async search(order: Parameters<DataProvider['search']>[0], signal: AbortSignal) {
    return readSearch(
      await this.#ask('search', searchBody(order, this.description), order, signal),
      order.country,
    )
  }

  async download(order: Parameters<DataProvider['download']>[0], signal: AbortSignal) {
    const call = this.#call('download_file', downloadBody(order, this.description), signal)
    const reply = await callIntegration(this.#address, { ...call, bytesMax: FILE_BYTES_MAX })
    requireSuccess(reply, call)
    return readFile(reply)
  }
}

/**
 * An integration as a data provider (provider protocol 1.1, platform side). Every call is signed, goes through the
 * guarded fetch, ends within the integration's time or the account's, and reads at most 2 MB (a download 50 MB).
 * The answer of `poll` and `start` holds the custom data to send next, already merged. Raises an `Error` at once
 * when the secret is none.
 */
export function createHttpProvider(options: HttpProviderOptions): DataProvider {
  return new HttpProvider(options)
}
