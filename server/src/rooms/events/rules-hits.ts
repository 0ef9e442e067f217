import { z } from 'zod'
import type { EventData } from './queries.ts'

/** What a provider says of a hit itself: nothing is taken from any other provider (R37). */
export type HitStatus = 'MATCH' | 'MISMATCH' | 'UNRESOLVED'

/** One match that a provider found: one hit under one of its flags. */
export interface Match {
  /** The provider's own name of what was matched. */
  readonly matchId: string
  readonly status: HitStatus
  readonly data: EventData
}

/** At most so many hits of one answer are processed (product behaviour 1.6). */
export const hitsMax = 200

/** What the answer of a check says about matches. */
export interface FoundMatches {
  readonly matches: readonly Match[]
  /** How many hits there were, those beyond `hitsMax` included. */
  readonly hitCount: number
}

type Flag = 'PEP' | 'SANCTION' | 'ADVERSE_MEDIA' | 'REFER'

const eventTypes = {
  PEP: 'PEP_FLAG',
  SANCTION: 'SANCTION_FLAG',
  ADVERSE_MEDIA: 'ADVERSE_MEDIA_FLAG',
  REFER: 'REFER_FLAG',
} as const satisfies Record<Flag, string>

/** What belongs to one flag and not to the others of the same hit. */
const ownFields: Readonly<Record<Flag, readonly string[]>> = {
  PEP: ['pep', 'pep_rating', 'inactive_as_pep_dates', 'inactive_as_rca_related_to_pep_dates'],
  SANCTION: ['sanctions'],
  ADVERSE_MEDIA: ['media'],
  REFER: [],
}
const allOwn = new Set(Object.values(ownFields).flat())

const Parts = z.array(z.looseObject({})).catch([])
const ApiHit = z.looseObject({
  match_id: z.string().min(1),
  pep: z.looseObject({ match: z.boolean().optional() }).optional().catch(undefined),
  sanctions: Parts.optional(),
  media: Parts.optional(),
})
const ProtocolHit = z.looseObject({
  provider: z.looseObject({
    hit_id: z.coerce.string().min(1),
    label: z.string().optional(),
    name: z.string().optional(),
  }),
  status: z.enum(['MATCH', 'MISMATCH', 'UNRESOLVED']).catch('UNRESOLVED'),
  flags: z.array(z.looseObject({ type: z.string() })).catch([]),
  data: z.looseObject({}).catch({}),
})
const FraudCase = z.looseObject({ id: z.coerce.string().min(1) })
const Output = z.looseObject({
  sanctions_results: z.array(z.unknown()).catch([]).optional(),
  screening_hits: z.array(z.unknown()).catch([]).optional(),
  fraud_detection: z
    .looseObject({ matches: z.array(z.unknown()).catch([]).optional() })
    .catch({})
    .optional(),
})

/**
 * The matches in the output of a check, in the provider's order: of the contract's `sanctions_results`, of the
 * provider protocol's `screening_hits`, and of `fraud_detection`. Each hit is one match for each of its flags; what
 * has no flag that is known is one to refer. What is no hit at all is left out.
 */
export function matchesIn(output: unknown, providerName: string): FoundMatches {
  const read = Output.safeParse(output).data
  if (!read) return { matches: [], hitCount: 0 }
  const hits = [
    ...(read.sanctions_results ?? []).map((hit) => () => apiMatches(hit, providerName)),
    ...(read.screening_hits ?? []).map((hit) => () => protocolMatches(hit, providerName)),
    ...(read.fraud_detection?.matches ?? []).map((hit) => () => fraudMatches(hit, providerName)),
  ]
  return { matches: hits.slice(0, hitsMax).flatMap((readHit) => readHit()), hitCount: hits.length }
}

function apiMatches(hit: unknown, providerName: string): Match[] {
  const read = ApiHit.safeParse(hit).data
  if (!read) return []
  const { match_id: matchId, false_positive: falsePositive, ...said } = read
  const flags: Flag[] = []
  if (read.pep !== undefined && read.pep.match !== false) flags.push('PEP')
  if ((read.sanctions ?? []).length > 0) flags.push('SANCTION')
  if ((read.media ?? []).length > 0) flags.push('ADVERSE_MEDIA')
  const status = typeof falsePositive === 'object' && falsePositive !== null ? 'MISMATCH' : 'UNRESOLVED'
  const provider_name = read.provider_name ?? providerName
  return perFlag(matchId, status, flags, { ...said, match_id: matchId, provider_name })
}

function protocolMatches(hit: unknown, providerName: string): Match[] {
  const read = ProtocolHit.safeParse(hit).data
  if (!read) return []
  const { provider, flags, status } = read
  const said = {
    match_id: provider.hit_id,
    provider_name: provider.name ?? providerName,
    ...(provider.label === undefined ? {} : { match_custom_label: provider.label }),
    ...eventFields(read.data),
  }
  return perFlag(provider.hit_id, status, flags.map((flag) => flag.type).filter(isFlag), said)
}

const isFlag = (type: string): type is Flag => Object.hasOwn(eventTypes, type)

function fraudMatches(hit: unknown, providerName: string): Match[] {
  const read = FraudCase.safeParse(hit).data
  if (!read) return []
  const { id, ...said } = read
  const data = { ...said, event_type: 'FRAUD_FLAG' as const, match_id: id, provider_name: providerName }
  return [{ matchId: id, status: 'UNRESOLVED', data }]
}

function perFlag(
  matchId: string,
  status: HitStatus,
  flags: readonly Flag[],
  said: Readonly<Record<string, unknown>>,
): Match[] {
  const shown = new Set<Flag>(flags.length === 0 ? ['REFER'] : flags)
  return [...shown].map((flag) => {
    const kept = Object.entries(said).filter(([name]) => !allOwn.has(name) || ownFields[flag].includes(name))
    return { matchId, status, data: { ...Object.fromEntries(kept), event_type: eventTypes[flag] } }
  })
}

type Part = Readonly<Record<string, unknown>>

const partsOf = (value: unknown): Part[] =>
  Array.isArray(value) ? value.filter((part): part is Part => typeof part === 'object' && part !== null) : []
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Names of the protocol that the contract has other names for. */
const dateTypes: Readonly<Record<string, string>> = { END_OF_ASSOCIATION_TO_PEP: 'END_OF_RCA_TO_PEP' }

/** The data of a hit of the provider protocol, in the names of the contract's event data. */
function eventFields(data: Part): Part {
  const dates = partsOf(data.dates).filter((part) => typeof part.date === 'string')
  const countries = partsOf(data.countries).map((part) => ({
    ...(textOf(part.type) === undefined || part.type === 'UNKNOWN' ? {} : { type: part.type }),
    country_code: textOf(part.country) ?? textOf(part.country_code),
  }))
  const datesOf = (type: string) => dates.filter((part) => part.type === type).map((part) => part.date)
  return present({
    match_name: textOf(data.name),
    aliases: data.aliases,
    gender: data.gender,
    deceased: data.deceased,
    brand_text: data.brand_text,
    score: data.confidence_score,
    details: data.details,
    sources: data.sources,
    media: data.media,
    match_dates: dates.map((part) => part.date),
    match_dates_data: dates
      .filter((part) => part.type !== undefined && part.type !== 'UNKNOWN')
      .map((part) => ({ type: dateTypes[String(part.type)] ?? part.type, date: part.date })),
    deceased_dates: datesOf('DECEASED'),
    inactive_as_pep_dates: datesOf('END_OF_PEP'),
    match_countries: [...new Set(countries.flatMap((part) => part.country_code ?? []))],
    match_countries_data: countries.filter((part) => part.type !== undefined),
    locations: partsOf(data.addresses).map(locationOf),
    associates: partsOf(data.associates).map(associateOf),
    pep: data.pep === undefined || data.pep === null ? undefined : pepOf(data.pep as Part),
    sanctions: partsOf(data.sanctions).map(sanctionOf),
  })
}

/** Without what is not there: no value, or a list of nothing. */
const present = (fields: Part): Part =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  )

function periodOf(tenure: unknown): Part {
  if (typeof tenure !== 'object' || tenure === null) return {}
  const { start, end, from_date, to_date, tenure_type } = tenure as Part
  return present({
    from_date: start ?? from_date,
    to_date: end ?? to_date,
    is_current: tenure_type === undefined ? undefined : tenure_type === 'CURRENT',
  })
}

const pepOf = (pep: Part): Part =>
  present({
    match: true,
    tier: pep.tier,
    roles: partsOf(pep.roles).map(({ name, tier, tenure }) => present({ name, tier, ...periodOf(tenure) })),
  })

const sanctionOf = ({ name, type, issued_by, list, time_periods }: Part): Part =>
  present({
    name,
    type,
    issuer: issued_by,
    list: typeof list === 'object' && list !== null ? (list as Part).name : list,
    time_periods: partsOf(time_periods).map(periodOf),
  })

function locationOf({ address, label }: Part): Part {
  const { freeform_address, text, country, locality } = (
    typeof address === 'object' && address !== null ? address : {}
  ) as Part
  return present({ type: label, country, city: locality, address: text ?? freeform_address })
}

function associateOf({ association, data, flags }: Part): Part {
  const types = new Set(partsOf(flags).map((flag) => flag.type))
  const label =
    typeof association === 'object' && association !== null ? (association as Part).label : undefined
  const name = typeof data === 'object' && data !== null ? (data as Part).name : undefined
  return present({ name, association: label, is_pep: types.has('PEP'), is_sanction: types.has('SANCTION') })
}
