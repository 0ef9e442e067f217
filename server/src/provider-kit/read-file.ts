import type { OutboundReply } from '../platform/net/index.ts'
import { type DownloadedFile, ProviderFailure } from './provider.ts'

const NAME_CHARACTERS_MAX = 255
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]{1,100}/

/** Header values come as single bytes; the protocol says that the name is UTF-8. */
function decoded(value: string): string {
  const bytes = Buffer.from(value, 'latin1')
  if (bytes.toString('latin1') !== value) return value
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return value
  }
}

/** A name without folders and without characters that no name has; null when nothing is left. */
function fileName(value: string | undefined): string | null {
  if (value === undefined) return null
  const last = decoded(value)
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
  return last === undefined || last === '' || /^\.+$/.test(last) ? null : last.slice(0, NAME_CHARACTERS_MAX)
}

/**
 * The file that `/download_file` answered. The media type is what the peer says, and is not to be believed. Raises
 * `ProviderFailure` of kind `reply` when there are no bytes, or JSON where a file should be.
 */
export function readFile(reply: OutboundReply): DownloadedFile {
  const told = reply.headers['content-type']?.trim().toLowerCase() ?? ''
  const mediaType = MEDIA_TYPE.exec(told)?.[0] ?? 'application/octet-stream'
  if (reply.body.length === 0 || mediaType === 'application/json')
    throw new ProviderFailure('reply', 'The reply to POST /download_file is not a file')
  return { bytes: reply.body, mediaType, name: fileName(reply.headers['file-name']) }
}
