import { createHash, randomBytes } from 'node:crypto'
import type { Environment } from '@drawbridge/schema/environment.ts'

/** A new API key: `dbk_<environment>_<43 characters>` of 256 random bits (ASVS 11.5.1). It is shown once. */
export function makeKey(environment: Environment): { text: string; prefix: string; hash: Buffer } {
  const text = `dbk_${environment}_${randomBytes(32).toString('base64url')}`
  return { text, prefix: text.slice(0, 14), hash: hashOfKey(text) }
}

/** What is stored of a key. Its 256 random bits need no slow hash. */
export function hashOfKey(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
