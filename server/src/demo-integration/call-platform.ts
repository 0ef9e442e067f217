import { setTimeout as sleep } from 'node:timers/promises'
import type { GuardedFetch } from '../platform/net/index.ts'
import { type SigningKey, signRequest } from '../provider-kit/signing.ts'

/** Where the platform is and how an integration calls it. */
export interface PlatformAddress {
  readonly url: string
  readonly key: SigningKey
  readonly fetch: GuardedFetch
}

const IMAGE_BYTES_MAX = 15 * 1024 * 1024
const pausesMs = [0, 500, 2000, 5000]

/** Tells the platform that a check is done (provider protocol 1.5, 14); tries again until it is taken, four times in all. */
export async function callBack(
  platform: PlatformAddress,
  names: { readonly provider_id: string; readonly reference: string },
  signal: AbortSignal,
): Promise<boolean> {
  const body = JSON.stringify({ ...names, custom_data: { called_back: true } })
  for (const pauseMs of pausesMs) {
    await sleep(pauseMs, undefined, { signal })
    const reply = await send(platform, 'POST', '/integrations/v1/callbacks', body, signal)
    if (reply !== undefined && reply.status >= 200 && reply.status < 300) return true
  }
  return false
}

/** How many bytes an image of the platform has (15); undefined when it cannot be had. */
export async function imageBytes(
  platform: PlatformAddress,
  imageId: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const path = `/integrations/v1/images/${encodeURIComponent(imageId)}`
  const reply = await send(platform, 'GET', path, null, signal)
  return reply?.status === 200 && reply.body.length > 0 ? reply.body.length : undefined
}

async function send(
  platform: PlatformAddress,
  method: 'GET' | 'POST',
  path: string,
  body: string | null,
  signal: AbortSignal,
) {
  const url = `${platform.url.replace(/\/+$/, '')}${path}`
  const headers = {
    ...signRequest(platform.key, { method, url, body, date: new Date() }),
    ...(body !== null && { 'content-type': 'application/json' }),
  }
  try {
    return await platform.fetch(url, { method, headers, body, signal, maxReplyBytes: IMAGE_BYTES_MAX })
  } catch (error) {
    if (signal.aborted) throw error
    return undefined
  }
}
