import { plainQuery } from '../../platform/account-transaction.ts'
import { type Engine, type Scope, thePlatform, withScope } from '../../platform/scope.ts'
import { signingKeyOf, signUrl } from '../../provider-kit/signing.ts'
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

/**
 * The address of a page at an integration's, signed for whoever asks in this transaction, to be opened within five
 * minutes (provider protocol 1.8); undefined when the integration is gone, or the address is none.
 */
export async function signExternalUrl(
  scope: Scope,
  integrationId: string,
  url: string,
): Promise<string | undefined> {
  const secrets = await selectSecrets(scope, integrationId)
  if (!secrets || !URL.canParse(url)) return undefined
  const auditeeId = scope.actor.id ?? scope.accountId
  return signUrl(signingKeyOf(secrets.secret), url, { auditeeId, now: scope.now })
}
