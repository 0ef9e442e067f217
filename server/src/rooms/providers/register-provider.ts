import { randomBytes } from 'node:crypto'
import type { NewProvider, RegisteredProvider } from '@drawbridge/schema/provider.ts'
import { Fault } from '../../platform/fault.ts'
import type { Engine, Opening, Scope } from '../../platform/scope.ts'
import { demoAlias } from './configured-provider.ts'
import { getProvider } from './list-providers.ts'
import {
  insertProvider,
  lockProvider,
  type ProviderRow,
  selectProviderByAlias,
  updateProvider,
  updateSecret,
} from './queries.ts'
import { recordProvider } from './record-provider.ts'
import { changedLimits, defaultLimits } from './rules.ts'

/** Key ids are 48 bits of chance: a second collision in a row is a broken generator. */
const attemptsMax = 5

/** Before the transaction: whether the address may be called. Raises `request.invalid-field`. */
export async function checkNewUrl(
  engine: Engine,
  _opening: Opening,
  { body }: { body: { url?: string | undefined } },
): Promise<void> {
  if (body.url !== undefined) await engine.outbound.assertAllowedUrl(body.url, '/url')
}

/**
 * Registers an integration as a draft, with a shared secret of its own (32 random bytes), which is returned this once.
 * Raises `provider.alias-reserved`, `provider.alias-taken`.
 */
export async function registerProvider(
  scope: Scope,
  { body }: { body: NewProvider },
): Promise<{ id: string; secret: string }> {
  if (body.alias === demoAlias) throw new Fault('provider.alias-reserved', { pointer: '/alias' })
  if (await selectProviderByAlias(scope, body.alias))
    throw new Fault('provider.alias-taken', { pointer: '/alias' })
  const id = scope.newId()
  const secret = await insertWithSecret(scope, id, body)
  recordProvider(scope, 'provider.registered', {
    id,
    alias: body.alias,
    name: body.name,
    checkType: body.check_type,
  })
  return { id, secret }
}

async function insertWithSecret(scope: Scope, id: string, body: NewProvider): Promise<string> {
  return withNewSecret((made) =>
    insertProvider(
      scope,
      { ...newRow(scope, id, body), keyId: made.keyId },
      { secret: made.secret, credentials: body.credentials ?? null },
    ),
  )
}

/** A secret that `keep` has taken; it refuses one whose key id is another's. */
async function withNewSecret(
  keep: (made: { secret: string; keyId: string }) => Promise<boolean>,
): Promise<string> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const secret = randomBytes(32).toString('base64')
    if (await keep({ secret, keyId: secret.slice(0, 8) })) return secret
  }
  throw new Error('No shared secret was found whose first 8 characters no other integration has')
}

/**
 * Gives an integration another shared secret, as when the old one was lost or told; the old one ends at once. It is to
 * be validated again. Raises `provider.unknown`.
 */
export async function renewSecret(
  scope: Scope,
  { provider_id }: { provider_id: string },
): Promise<{ id: string; secret: string }> {
  const row = await lockProvider(scope, provider_id.toLowerCase())
  if (!row) throw new Fault('provider.unknown')
  const secret = await withNewSecret((made) => updateSecret(scope, row.id, made))
  const state = row.state === 'DISABLED' ? 'DISABLED' : 'DRAFT'
  await updateProvider(scope, { ...row, state, validatedAt: null, report: null, changedAt: scope.now })
  recordProvider(scope, 'provider.changed', row)
  return { id: row.id, secret }
}

function newRow(scope: Scope, id: string, body: NewProvider): Omit<ProviderRow, 'keyId'> {
  return {
    id,
    alias: body.alias,
    name: body.name,
    url: body.url,
    checkType: body.check_type,
    relationship: body.relationship,
    state: 'DRAFT',
    hasCredentials: body.credentials !== undefined,
    description: null,
    config: {},
    report: null,
    validatedAt: null,
    ...changedLimits(defaultLimits, body.limits ?? {}),
    limitsUrl: body.limits_url ?? null,
    createdAt: scope.now,
    changedAt: scope.now,
  }
}

/** The reply of a registration. */
export async function showRegistered(
  scope: Scope,
  { id, secret }: { id: string; secret: string },
): Promise<RegisteredProvider> {
  return { ...(await getProvider(scope, { provider_id: id })), secret }
}
