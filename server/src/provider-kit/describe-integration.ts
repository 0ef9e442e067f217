import type { GuardedFetch } from '../platform/net/index.ts'
import { askIntegration } from './integration-client.ts'
import type { ProviderDescription } from './provider.ts'
import { readDescription } from './read-description.ts'
import { signingKeyOf } from './signing.ts'

const TIMEOUT_SECONDS = 60

/**
 * Asks an integration what it is: its metadata, which needs no signature, and its configuration (provider protocol
 * 1.2, 1.3). Raises `ProviderFailure`, and an `Error` when the secret is none.
 */
export async function describeIntegration(options: {
  readonly url: string
  readonly secret: string
  readonly fetch: GuardedFetch
  readonly signal?: AbortSignal
}): Promise<ProviderDescription> {
  const address = { url: options.url, key: signingKeyOf(options.secret), fetch: options.fetch }
  const limits = {
    timeoutSeconds: TIMEOUT_SECONDS,
    ...(options.signal ? { signal: options.signal } : {}),
  }
  const metadata = await askIntegration(address, { method: 'GET', path: '', isUnsigned: true, ...limits })
  const configuration = await askIntegration(address, { method: 'GET', path: 'config', ...limits })
  return readDescription(metadata, configuration)
}
