import type { Input, Operation, Output } from '@drawbridge/schema/operation.ts'
import type { Engine, Opening, Scope } from '../scope.ts'

/** A reply with its ETag, for the operations that have one. */
export class Tagged<B> {
  readonly body: B
  readonly etag: string

  constructor(body: B, etag: string) {
    this.body = body
    this.etag = etag
  }
}

/** An operation bound to the verb that performs it and the presenter that shows the result. */
export interface Route {
  readonly operation: Operation
  /** Changes the world; returns ids for the presenter. */
  readonly perform: (scope: Scope, input: never) => Promise<unknown>
  /** Reads what the reply shows, after the reactions; the verb's own result when absent. */
  readonly present: ((scope: Scope, result: never, input: never) => Promise<unknown>) | undefined
  /** Runs before the transaction, for bytes that go to the storage; what it returns reaches the verb as `staged`. */
  readonly stage?: (engine: Engine, opening: Opening, input: never) => Promise<unknown>
  /** What the reply waits for after the commit, where the work goes on elsewhere. */
  readonly wait?: Wait<never>
}

/** What a reply waits for once its transaction is kept, without a connection to the database. */
export interface Wait<R> {
  /** Whether the reply to this result waits at all. It is kept with an `Idempotency-Key`, so it is plain JSON. */
  readonly isWanted: (result: R) => boolean
  /** Settles when it has come, when there is no more time, or when `signal` says so. */
  readonly until: (engine: Engine, accountId: string, result: R, signal: AbortSignal) => Promise<void>
}

type Shown<O extends Operation> = Output<O> | Tagged<Output<O>>

/** Binds a reading operation: the verb's result is the reply. */
export function bind<O extends Operation>(
  operation: O,
  perform: (scope: Scope, input: Input<O>) => Promise<Shown<O>>,
): Route
/** Binds a changing operation: reactions run between the verb and the presenter, so the reply shows what they did. */
export function bind<O extends Operation, R>(
  operation: O,
  perform: (scope: Scope, input: Input<O>) => Promise<R>,
  present: (scope: Scope, result: R, input: Input<O>) => Promise<Shown<O>>,
): Route
export function bind(
  operation: Operation,
  perform: (scope: Scope, input: never) => Promise<unknown>,
  present?: (scope: Scope, result: never, input: never) => Promise<unknown>,
): Route {
  return { operation, perform, present }
}

/**
 * Binds an operation that carries bytes: `stage` runs before the transaction, for what goes to the storage, and what
 * it returns reaches the verb as `staged`.
 */
export function bindStaged<O extends Operation, S, R>(
  operation: O,
  stage: (engine: Engine, opening: Opening, input: Input<O>) => Promise<S>,
  perform: (scope: Scope, input: Input<O> & { staged: S }) => Promise<R>,
  present: (scope: Scope, result: R) => Promise<Shown<O>>,
): Route {
  return { operation, stage, perform, present }
}

/**
 * Binds an operation whose work goes on after its transaction: the reply may wait for it, and shows what has become of
 * it. A request sent again under its `Idempotency-Key` waits for the same work and shows the same thing.
 */
export function bindWaiting<O extends Operation, R>(
  operation: O,
  perform: (scope: Scope, input: Input<O>) => Promise<R>,
  present: (scope: Scope, result: R, input: Input<O>) => Promise<Shown<O>>,
  wait: Wait<R>,
): Route {
  return { operation, perform, present, wait }
}
