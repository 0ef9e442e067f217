import { type ErrorReason, errors } from '@drawbridge/schema/errors.ts'
import { faultsOf } from '@drawbridge/schema/faults.ts'
import type { Operation } from '@drawbridge/schema/operation.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { Fault, Faults } from '../fault.ts'
import { type Engine, type FirstAnswer, type Opening, type Scope, withScope } from '../scope.ts'
import { type Route, Tagged } from './bind.ts'
import { type Body, readBody, sha256 } from './body.ts'
import {
  claimKey,
  claimStatement,
  fingerprint,
  type KeyClaim,
  keepReply,
  readIdempotencyKey,
} from './idempotency.ts'
import type { Principal } from './principal.ts'
import { faultReply, isSettled, jsonReply, type Reply } from './reply.ts'

interface Prepared {
  readonly input: Record<string, unknown>
  /** Of a request that came with an `Idempotency-Key`. */
  readonly claim: KeyClaim | undefined
}

/** What was done, of which the reply is still to be shown. */
interface Deferred {
  readonly result: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** How the app lets a request run. */
export interface Way {
  /** Ends the waiting of replies that wait for work done elsewhere; they show what there is then. */
  readonly signal: AbortSignal
  /** Runs what takes a connection, in its turn. */
  readonly inTurn: <R>(work: () => Promise<R>) => Promise<R>
}

/** Performs one request of a route for a principal who has been found and is allowed. */
export async function serveRoute(
  engine: Engine,
  route: Route,
  principal: Principal,
  request: FastifyRequest,
  { signal, inTurn }: Way,
): Promise<Reply> {
  const { operation } = route
  const prepared = await prepare(engine, operation, request)
  const opening: Opening = {
    accountId: principal.accountId,
    actor: principal.actor,
    readOnly: operation.method === 'GET',
    place: principal.place,
  }
  if (route.stage) prepared.input.staged = await route.stage(engine, opening, prepared.input as never)
  try {
    const done = await inTurn(() =>
      withScope(engine, claiming(opening, prepared), (scope, first) =>
        perform(scope, first, route, prepared),
      ),
    )
    return 'body' in done ? done : await showLater(engine, opening, route, prepared, done, signal)
  } catch (error) {
    if (prepared.claim === undefined || !isSettled(error) || aboutTheKey(error)) throw error
    return keepRefusal(engine, { ...opening, place: undefined }, prepared, error)
  }
}

/** The key is claimed on the way in: whoever comes second with it waits before anything is done. */
function claiming(opening: Opening, { claim }: Prepared): Opening {
  if (claim === undefined) return opening
  return {
    ...opening,
    first: (vault, clockOffsetMs) => claimStatement(opening.accountId, vault, clockOffsetMs, claim),
  }
}

async function perform(
  scope: Scope,
  first: FirstAnswer,
  route: Route,
  prepared: Prepared,
): Promise<Reply | Deferred> {
  const { claim, input } = prepared
  const kept = claim && (await claimKey(scope, first, claim))
  if (kept) return deferredIn(kept) ?? kept
  const result = await route.perform(scope, input as never)
  await scope.drain()
  if (route.wait?.isWanted(result as never) === true) {
    if (claim) await keepReply(scope, claim.key, deferredReply(result), subjectOf(scope, input))
    return { result, headers: {} }
  }
  const reply = await show(scope, route, result, input)
  if (claim) await keepReply(scope, claim.key, reply, subjectOf(scope, input))
  return reply
}

/** Of a reply that waited the result is kept, and shown anew: this header says so, and is never sent. */
const deferredHeader = 'deferred'

function deferredReply(result: unknown): Reply {
  return jsonReply(200, result, { [deferredHeader]: 'true' })
}

function deferredIn({ headers, body }: Reply): Deferred | undefined {
  const { [deferredHeader]: isDeferred, ...sent } = headers
  return isDeferred === undefined ? undefined : { result: JSON.parse(body.toString()), headers: sent }
}

/** Waits for what the reply is about, holding no connection, then shows it as it stands. */
async function showLater(
  engine: Engine,
  opening: Opening,
  route: Route,
  { input }: Prepared,
  { result, headers }: Deferred,
  signal: AbortSignal,
): Promise<Reply> {
  await route.wait?.until(engine, opening.accountId, result as never, signal)
  const reading: Opening = { ...opening, readOnly: true, place: undefined }
  const reply = await withScope(engine, reading, (scope) => show(scope, route, result, input))
  return { ...reply, headers: { ...reply.headers, ...headers } }
}

async function show(
  scope: Scope,
  route: Route,
  result: unknown,
  input: Record<string, unknown>,
): Promise<Reply> {
  const shown = route.present ? await route.present(scope, result as never, input as never) : result
  const body = shown instanceof Tagged ? shown.body : shown
  const headers: Record<string, string> = shown instanceof Tagged ? { etag: shown.etag } : {}
  return jsonReply(200, route.operation.output.parse(body), headers)
}

/** Whose erasure takes the kept reply with it: the profile of the path, or the one the request made. */
function subjectOf(scope: Scope, input: Record<string, unknown>): string | null {
  return typeof input.profile_id === 'string' ? input.profile_id : scope.firstSubject()
}

/** A refusal that the same request would meet again is kept, after all else has been rolled back. */
async function keepRefusal(
  engine: Engine,
  opening: Opening,
  prepared: Prepared,
  refusal: Fault | Faults,
): Promise<Reply> {
  return withScope(engine, claiming(opening, prepared), async (scope, first) => {
    const { claim, input } = prepared
    const kept = claim && (await claimKey(scope, first, claim))
    if (kept) return kept
    const reply = faultReply(refusal)
    if (claim) await keepReply(scope, claim.key, reply, subjectOf(scope, input))
    return reply
  })
}

function aboutTheKey(error: unknown): boolean {
  return error instanceof Fault && error.reason.startsWith('idempotency-key.')
}

async function prepare(engine: Engine, operation: Operation, request: FastifyRequest): Promise<Prepared> {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '')
  const key =
    operation.method === 'GET' ? undefined : readIdempotencyKey(one(request.headers['idempotency-key']))
  const ifMatch = one(request.headers['if-match'])
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const body = await readBody(engine.json, operation, raw)
  const input = parseInput(operation, request, query, body)
  if (operation.etag) input.if_match = ifMatch
  if (key === undefined) return { input, claim: undefined }
  const print = fingerprint({
    method: operation.method,
    path: request.url.split('?')[0] ?? '',
    query,
    ifMatch,
    bodySha256: await sha256(raw),
  })
  return { input, claim: { key, print } }
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}

function parseInput(operation: Operation, request: FastifyRequest, query: URLSearchParams, body: Body) {
  const params = parsePath(operation, request.params)
  const faults: Fault[] = []
  const part = <T>(schema: z.ZodType<T>, value: unknown): T | undefined => {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    faults.push(...faultsOf(parsed.error, value).map((fault) => new Fault(fault.reason, fault)))
    return undefined
  }
  const fields = part(operation.query, Object.fromEntries(query))
  const value = part(body.schema, body.value)
  if (faults.length > 0) throw new Faults(faults)
  const input: Record<string, unknown> = { ...params, ...fields, body: value }
  if (body.upload) input.upload = body.upload
  return input
}

/** An id that is no id is answered as one that does not exist. */
function parsePath(operation: Operation, params: unknown): Record<string, unknown> {
  const parsed = operation.params.safeParse(params)
  if (parsed.success) return parsed.data
  const name = String(parsed.error.issues[0]?.path[0] ?? '')
  const noun = name === 'image_id' ? 'document-image' : name.replace(/_id$/, '').replaceAll('_', '-')
  const reason = `${noun}.unknown`
  throw new Fault(reason in errors ? (reason as ErrorReason) : 'route.unknown')
}

/** Puts a reply on the wire. */
export function send(reply: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  return reply.code(status).headers(headers).type('application/json; charset=utf-8').send(body)
}
