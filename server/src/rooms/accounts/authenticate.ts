import { keyMay } from '@drawbridge/schema/capability.ts'
import { preparedQuery } from '../../platform/db/index.ts'
import { Fault } from '../../platform/fault.ts'
import type { Authenticate, Credentials } from '../../platform/http/index.ts'
import type { Engine } from '../../platform/scope.ts'
import { hashOfKey } from './make-key.ts'
import { type FoundKey, selectKeyByHash } from './queries.ts'

/** Finds who calls by the key sent; nothing is remembered, so a revoked key ends at once on every node. */
export function authenticator(engine: Engine): Authenticate {
  return async (credentials) => {
    const text = credentials.header ?? credentials.query
    if (text === undefined || text === '') throw missing()
    const key = await find(engine, text)
    assertUsable(key, credentials, engine.clockOffsetMs())
    return {
      accountId: key.accountId,
      actor: { kind: 'key', id: key.keyId, keyClass: key.class },
      may: (capability) => keyMay(key.class, capability),
      place: key.maxInFlight === null ? undefined : { keyId: key.keyId, max: key.maxInFlight },
      rateLimit: key.callsPerHour === null ? undefined : { perHour: key.callsPerHour },
    }
  }
}

async function find(engine: Engine, text: string): Promise<FoundKey> {
  const client = await engine.pool.connect()
  try {
    const key = await selectKeyByHash(preparedQuery(client), hashOfKey(text))
    if (!key) throw new Fault('key.unknown')
    return key
  } finally {
    client.release()
  }
}

function assertUsable(key: FoundKey, credentials: Credentials, offsetMs: number): void {
  if (credentials.header === undefined && !key.acceptsQueryKey) throw missing()
  if (key.validFrom.getTime() > key.foundAt.getTime() + offsetMs)
    throw new Fault('key.not-yet-valid', {
      message: `The API key is valid from ${key.validFrom.toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    })
}

function missing(): Fault {
  return new Fault('key.missing', { message: 'No API key was sent: send it in the header apikey' })
}
