import { type SigningKey, signingKeyOf } from '../provider-kit/signing.ts'

/** The keys of all registrations. */
export interface KeyRing {
  /** The key of this id; what is not known yet is looked for again. */
  find(keyId: string): Promise<SigningKey | undefined>
  readonly known: readonly SigningKey[]
}

/** Reads the secrets now, and again whenever a key is asked for that is not among them. Raises an `Error` when one is none. */
export async function openKeyRing(secrets: () => Promise<readonly string[]>): Promise<KeyRing> {
  let known = (await secrets()).map(signingKeyOf)
  const among = (keyId: string) => known.find((key) => key.keyId === keyId)
  return {
    get known() {
      return known
    },
    async find(keyId) {
      const found = among(keyId)
      if (found !== undefined) return found
      known = (await secrets()).map(signingKeyOf)
      return among(keyId)
    },
  }
}
