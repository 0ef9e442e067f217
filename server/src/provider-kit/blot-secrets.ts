import { isPeerObject } from './lenient.ts'

const BLOT = '[credential]'
/** A shorter value is as likely a word of its own, such as a user name or `true`. */
const SECRET_CHARACTERS_MIN = 8
const onlyForThePeer = ['custom_data', 'provider_id', 'reference']

/**
 * What a peer answered, without the credentials that it was called with: peers repeat them in messages about what was
 * wrong, and those are shown to whoever may read the check. What only the peer is told again stays as it is.
 */
export function blotSecrets(value: unknown, credentials: Readonly<Record<string, string>> | null): unknown {
  const secrets = Object.values(credentials ?? {}).filter(
    (secret) => typeof secret === 'string' && secret.length >= SECRET_CHARACTERS_MIN,
  )
  if (secrets.length === 0 || !isPeerObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      onlyForThePeer.includes(name) ? inner : blotted(inner, secrets),
    ]),
  )
}

function blotted(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string')
    return secrets.reduce((text, secret) => text.replaceAll(secret, () => BLOT), value)
  if (Array.isArray(value)) return value.map((item) => blotted(item, secrets))
  if (!isPeerObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, blotted(inner, secrets)]))
}
