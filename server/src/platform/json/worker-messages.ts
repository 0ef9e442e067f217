import type { ErrorReason } from '@drawbridge/schema/errors.ts'

/** A body for a worker; `decodedBytesMax` is null where no file is to be lifted out. */
export interface WorkerJob {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly decodedBytesMax: number | null
}

/** What a worker made of a body. */
export type WorkerReply =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'upload'
      readonly value: Record<string, unknown>
      readonly data: Uint8Array<ArrayBuffer> | null
      readonly declaredMime: string | null
    }
  | {
      readonly kind: 'fault'
      readonly reason: ErrorReason
      readonly message: string
      readonly pointer: string | undefined
      readonly info: Record<string, unknown>
    }
