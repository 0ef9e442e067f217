import { z } from 'zod'
import { isSameText, type SigningKey, withSignature } from '../provider-kit/signing.ts'

/**
 * Tells whether a person may open a page (provider protocol 1.8): 200, or 400 when the address lacks a parameter or has one that cannot be, or 404 when it is not signed with the key or its time is over. `url` is the whole address, as it
 * was asked for.
 */
export function pageStatus(key: SigningKey, url: string, now: Date): 200 | 400 | 404 {
  const query = url.slice(url.indexOf('?') + 1)
  const [, until, auditee, signature] =
    /^(?:custom_data=[^&]*&)?version=1&valid_until=(\d{1,12})&auditee_id=([^&]+)&signature=([^&]+)$/.exec(
      query,
    ) ?? []
  if (until === undefined || signature === undefined || !z.guid().safeParse(auditee).success) return 400
  const unsigned = url.slice(0, url.lastIndexOf('&signature='))
  if (!isSameText(withSignature(key, unsigned), url)) return 404
  return Number(until) * 1000 < now.getTime() ? 404 : 200
}
