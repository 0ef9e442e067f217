import { z } from 'zod'
import type { Capability } from './capability.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** How large a body an operation takes: `normal` 2 MB, `image` 10 MB decoded, `file` 50 MB decoded. */
export type BodySize = 'normal' | 'image' | 'file'

/**
 * One operation of the API, written once: the server binds it, the client calls it, OpenAPI prints it.
 * `Input` of an operation is its path parameters and query parameters side by side, its body under `body`.
 */
export interface Operation<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  Size extends BodySize = BodySize,
> {
  readonly name: string
  readonly summary: string
  readonly method: Method
  /** As OpenAPI writes it: `/4.0/profiles/{profile_id}/tags`. */
  readonly path: string
  /** The capability a key needs, or `PUBLIC` for what needs no key. */
  readonly may: Capability | 'PUBLIC'
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly output: Output
  readonly size: Size
  /** True where the reply carries an `Etag` header and the request may carry `If-Match`. */
  readonly etag: boolean
  /** True where there may be nothing at an address that names no id. */
  readonly mayBeMissing: boolean
}

/** The fields of an object; an object without fields is inferred as one that forbids all, which no intersection survives. */
type Fields<T> = string extends keyof T ? unknown : T

/**
 * What a verb receives: parsed, typed. `if_match` is the raw header, where the operation takes one. Where the body
 * carries a file, its `data` has been decoded already and arrives as the bytes in `upload`.
 */
export type Input<O extends Operation> = Fields<z.output<O['params']>> &
  Fields<z.output<O['query']>> & { if_match?: string | undefined } & (O['size'] extends 'normal'
    ? { body: z.output<O['body']> }
    : { body: Omit<z.output<O['body']>, 'data'>; upload: Uint8Array })

/** What a caller passes: the same, before defaults are filled in. */
export type CallInput<O extends Operation> = Fields<z.input<O['params']>> &
  Fields<z.input<O['query']>> &
  (undefined extends z.input<O['body']> ? { body?: z.input<O['body']> } : { body: z.input<O['body']> }) & {
    if_match?: string | undefined
  }

export type Output<O extends Operation> = z.output<O['output']>

/** Nothing: the body of a GET, the parameters of a call that has none. */
export const Nothing = z.undefined()
export const NoFields = z.object({})

type Written<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  O extends z.ZodType,
  S extends BodySize,
> = {
  name: string
  summary: string
  method: Method
  path: string
  may: Capability | 'PUBLIC'
  output: O
  params?: P
  query?: Q
  body?: B
  size?: S
  etag?: boolean
  mayBeMissing?: boolean
}

/** Writes an operation; what is left out takes nothing. */
export function operation<
  P extends z.ZodObject = typeof NoFields,
  Q extends z.ZodObject = typeof NoFields,
  B extends z.ZodType = typeof Nothing,
  O extends z.ZodType = z.ZodType,
  const S extends BodySize = 'normal',
>(written: Written<P, Q, B, O, S>): Operation<P, Q, B, O, S> {
  const { params, query, body, size, etag, mayBeMissing, ...rest } = written
  return {
    ...rest,
    params: params ?? (NoFields as unknown as P),
    query: query ?? (NoFields as unknown as Q),
    body: body ?? (Nothing as unknown as B),
    size: size ?? ('normal' as S),
    etag: etag ?? false,
    mayBeMissing: mayBeMissing ?? false,
  }
}
