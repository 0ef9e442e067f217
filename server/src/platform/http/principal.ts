import type { Capability } from '@drawbridge/schema/capability.ts'
import type { Actor } from '../scope.ts'

/** A bucket of calls an hour, per environment and operation. */
export interface RateLimit {
  readonly perHour: number
}

/** Who calls, and what follows from it. */
export interface Principal {
  readonly accountId: string
  readonly actor: Actor
  readonly may: (capability: Capability) => boolean
  readonly place: { keyId: string; max: number } | undefined
  /** The environment's setting; undefined when it limits nothing. */
  readonly rateLimit: RateLimit | undefined
}

/** What a request shows of who sends it. */
export interface Credentials {
  readonly header: string | undefined
  /** The key in the query, which only some environments accept. */
  readonly query: string | undefined
}

/** Raises `key.missing`, `key.unknown`, `key.not-yet-valid`. */
export type Authenticate = (credentials: Credentials) => Promise<Principal>
