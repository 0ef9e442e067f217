import { z } from 'zod'
import { isPeerObject, looseNumber, looseText, type PeerObject, readPeer, wholeText } from './lenient.ts'
import type { ExternalResource, ProviderCharge, ProviderError, ProviderOutput } from './provider.ts'

const PARTS_MAX = 100
const RESOURCES_MAX = 20
const NESTING_MAX = 3
const DATA_CHARACTERS_MAX = 10_000
const CREDITS_MAX = 1_000_000
const UNREADABLE = 'The provider reported an error without words'

const ErrorShape = z.object({
  type: looseText(100).catch('UNKNOWN_ERROR'),
  sub_type: looseText(100).optional().catch(undefined),
  message: looseText(2_000).catch(UNREADABLE),
  data: z.unknown().optional(),
})
const WarningShape = z.object({ type: looseText(100).catch('WARNING'), message: looseText(2_000).catch('') })
const ChargeShape = z.object({
  amount: looseNumber(0, CREDITS_MAX).pipe(z.int()),
  sku: looseText(200).optional().catch(undefined),
  reference: looseText(200).optional().catch(undefined),
})
const ResourceShape = z.object({
  type: z.enum(['LINK', 'EMBED']),
  url: z.url({ protocol: /^https?$/ }).max(2_048),
  id: wholeText(200),
  label: looseText(200),
})

/** What is listed, however deeply a peer has nested it (provider protocol 1.5: `errors:[[{…}]]`). */
function flat(value: unknown): unknown[] {
  if (value === undefined || value === null) return []
  return [value].flat(NESTING_MAX + 1).slice(0, PARTS_MAX)
}

/** Drops fields without a value, since those that are absent are optional. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as T
}

function readError(value: unknown): ProviderError {
  if (!isPeerObject(value)) {
    const message = typeof value === 'string' && value !== '' ? value.slice(0, 2_000) : UNREADABLE
    return { type: 'UNKNOWN_ERROR', message: message.toWellFormed() }
  }
  const { type, sub_type, message, data } = ErrorShape.parse(value)
  const isSmall = data !== null && JSON.stringify(data ?? null).length <= DATA_CHARACTERS_MAX
  return compact({
    type,
    ...(sub_type === undefined ? {} : { subType: sub_type }),
    message,
    ...(isSmall && data !== undefined ? { data } : {}),
  })
}

/** The errors of an answer: at most 100. Whatever stands there counts as an error, even if it cannot be read. */
export function readErrors(answer: PeerObject): ProviderError[] {
  return flat(answer.errors).map(readError)
}

/** The warnings of an answer: at most 100; what cannot be read is left out, since a warning never decides. */
export function readWarnings(answer: PeerObject): ProviderOutput['warnings'] {
  return flat(answer.warnings).flatMap((value) => {
    if (typeof value === 'string') return [{ type: 'WARNING', message: value.slice(0, 2_000).toWellFormed() }]
    const read = WarningShape.safeParse(value)
    return read.success ? [read.data] : []
  })
}

/** The charges of an answer, in credits. Raises `ProviderFailure` when one is not a whole number from 0. */
export function readCharges(answer: PeerObject): ProviderCharge[] {
  const schema = z.array(ChargeShape).max(PARTS_MAX)
  return readPeer(schema, answer.charges ?? [], 'The list of charges').map(
    (charge) => compact(charge) as ProviderCharge,
  )
}

/** The pages of a provider's that a person may open: at most 20, none whose address is not a web address. */
export function readResources(answer: PeerObject): { resources: ExternalResource[]; refused: number } {
  const listed = flat(answer.external_resources)
  const resources = listed.flatMap((value) => {
    const read = ResourceShape.safeParse(value)
    return read.success ? [read.data] : []
  })
  const kept = resources.slice(0, RESOURCES_MAX)
  return { resources: kept, refused: listed.length - kept.length }
}
