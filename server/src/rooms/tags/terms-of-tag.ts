import type { Scope } from '../../platform/scope.ts'
import { tagTerms } from '../../platform/vault/index.ts'

/** The entries of the blind index by which a profile is found under a tag (R74). */
export function termsOfTag(scope: Scope, name: string): bigint[] {
  return tagTerms(name).map((term) => scope.vault.token(term.kind, term.text))
}
