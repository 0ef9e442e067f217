import { createHash, webcrypto } from 'node:crypto'
import type { BodySize, Operation } from '@drawbridge/schema/operation.ts'
import { z } from 'zod'
import { type JsonPool, LARGE_BODY_BYTES } from '../json/index.ts'

/** Bytes of a request body, by what it carries: a decoded file of 50 MB or 10 MB is a third larger as Base64. */
export const bodyLimits: Readonly<Record<BodySize, number>> = {
  normal: 2_000_000,
  image: 14_000_000,
  file: 68_000_000,
}

const decodedMax = { image: 10_000_000, file: 50_000_000 } as const

/** A request body: its value, what that must look like, and the decoded file where it carries one. */
export interface Body {
  readonly value: unknown
  readonly schema: z.ZodType
  readonly upload?: Buffer
}

/**
 * Scans and parses a body as the operation takes it; large ones off the event loop. Raises `request.malformed` and
 * its relatives, `file.not-base64`, `file.too-large`, `service.busy`.
 */
export async function readBody(json: JsonPool, operation: Operation, raw: Buffer): Promise<Body> {
  const { size, body: schema } = operation
  if (raw.length === 0) return { value: undefined, schema }
  if (size === 'normal') return { value: await json.parseLarge(raw), schema }
  const { value, data } = await json.parseUpload(raw, decodedMax[size])
  if (!data || !(schema instanceof z.ZodObject)) return { value, schema }
  return { value, schema: schema.omit({ data: true }), upload: data }
}

/** SHA-256 of a body; of a large one in the thread pool. */
export async function sha256(raw: Buffer): Promise<Buffer> {
  if (raw.length <= LARGE_BODY_BYTES) return createHash('sha256').update(raw).digest()
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', new Uint8Array(raw)))
}
