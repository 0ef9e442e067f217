import { z } from 'zod'
import { isPeerObject, looseText, type PeerObject, readPeer, wholeText } from './lenient.ts'
import type { ProviderDescription } from './provider.ts'

const LIST_MAX = 10_000
const HITS_MAX = 2_000
const CUSTOM_TEXT_MAX = 1_024

/** What an answer's output must be like to be used for a check of this kind. */
export type OutputRules = Pick<ProviderDescription, 'checkType' | 'outputCustomFields'>

const list = (of: z.ZodType = z.looseObject({})) => z.array(of).max(LIST_MAX).nullish()

/** R-scr writes `country_code` where the page says `country`. */
const Countries = z
  .array(z.looseObject({}))
  .max(LIST_MAX)
  .transform((items) => items.map(({ country_code, ...rest }) => ({ country: country_code, ...rest })))

const Flags = z
  .array(z.looseObject({ type: looseText(100) }))
  .max(100)
  .nullish()
  .transform((flags) => flags ?? [])

const HitData = z.looseObject({ name: looseText(1_000), countries: Countries.nullish() })

const Hit = z.looseObject({
  provider: z.looseObject({ hit_id: wholeText(500) }),
  status: z.enum(['MATCH', 'MISMATCH', 'UNRESOLVED']).catch('UNRESOLVED'),
  flags: Flags,
  data: HitData,
})

const Hits = z.array(Hit).max(HITS_MAX)

const Entity = z.looseObject({
  metadata: z.looseObject({}).nullish(),
  associated_entities: list(),
  field_checks: list(),
  documents: list(),
  address_history: list(),
  electronic_id_check: z.looseObject({ matches: list() }).nullish(),
  screening_hits: Hits.nullish(),
  sanctions_results: list(),
})

function readCustomFields(data: unknown, declared: ProviderDescription['outputCustomFields']): PeerObject {
  if (!isPeerObject(data)) return {}
  const fits = (name: string, value: unknown) => {
    const type = Object.hasOwn(declared, name) ? declared[name]?.type : undefined
    if (type === undefined) return false
    if (value === null) return true
    if (type === 'STRING') return typeof value === 'string' && value.length <= CUSTOM_TEXT_MAX
    return typeof value === (type === 'BOOLEAN' ? 'boolean' : 'number')
  }
  return Object.fromEntries(Object.entries(data).filter(([name, value]) => fits(name, value)))
}

/** True for the checks that look for persons and companies in lists, whose output is `screening_hits`. */
function isScreening(checkType: OutputRules['checkType']): boolean {
  return checkType.endsWith('PEPS_AND_SANCTIONS_SCREEN')
}

/**
 * The `check_output` of an answer; null when there is none. Fields that nobody knows are kept; lists are bounded;
 * screening hits all have an id, a name, flags and a status; custom fields are those that were declared. Raises
 * `ProviderFailure` of kind `reply` when a field that decides something is of the wrong kind.
 */
export function readOutput(value: unknown, rules: OutputRules): PeerObject | null {
  if (value === null || value === undefined) return null
  const output = readPeer(Entity, value, `The output of the ${rules.checkType} check`)
  const hits = isScreening(rules.checkType) ? { screening_hits: output.screening_hits ?? [] } : {}
  const custom = Object.hasOwn(output, 'custom_fields_data')
    ? { custom_fields_data: readCustomFields(output.custom_fields_data, rules.outputCustomFields) }
    : {}
  return { entity_type: entityTypeOf(rules.checkType), ...output, ...hits, ...custom }
}

/** Whom a check type is about: every type names companies that is about them. */
export function entityTypeOf(checkType: OutputRules['checkType']): 'INDIVIDUAL' | 'COMPANY' {
  return checkType.startsWith('COMPANY_') ? 'COMPANY' : 'INDIVIDUAL'
}
