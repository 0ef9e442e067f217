import { plainQuery } from '../../platform/account-transaction.ts'
import { type Engine, thePlatform, withScope } from '../../platform/scope.ts'
import { selectProviderByKey, selectSecrets } from './queries.ts'

/** Whose integration it is, and what it signs with. */
export interface Integration {
  readonly accountId: string
  readonly providerId: string
  /** 32 bytes in base64. */
  readonly secret: string
}

/**
 * The integration that signs its requests with this key id (the first 8 characters of its secret); undefined when
 * there is none, or it is disabled. The signature is still to be verified.
 */
export async function integrationOfKey(engine: Engine, keyId: string): Promise<Integration | undefined> {
  const found = await selectProviderByKey(plainQuery(engine.pool), keyId)
  if (!found) return undefined
  const opening = { accountId: found.accountId, actor: thePlatform, readOnly: true }
  const secrets = await withScope(engine, opening, (scope) => selectSecrets(scope, found.providerId))
  return secrets && { ...found, secret: secrets.secret }
}
