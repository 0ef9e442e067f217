import { z } from 'zod'
import { isPeerObject, looseText, looseTruth, type PeerObject, readPeer, wholeText } from './lenient.ts'
import type {
  ProviderAnswer,
  ProviderOrder,
  ProviderOutput,
  ProviderStarted,
  SearchCandidate,
} from './provider.ts'
import { ProviderFailure } from './provider.ts'
import { type OutputRules, readOutput } from './read-output.ts'
import { readCharges, readErrors, readResources, readWarnings } from './read-parts.ts'

const SUMMARY_MAX = 450
const CANDIDATES_MAX = 200
/** It is kept with the check and sent with every call: an integration must not let it grow from poll to poll. */
const CUSTOM_DATA_CHARACTERS_MAX = 1_000_000

/** What of the order and of the integration's description the reading of an answer depends on. */
export interface AnswerRules extends OutputRules {
  readonly relationship: ProviderOrder['relationship']
  readonly demoResult: string | null
  readonly maximumCost: number | null
}

type CustomData = ProviderStarted['customData']

const Decision = z.object({
  decision: z
    .string()
    .transform((word) => word.toUpperCase())
    .pipe(z.enum(['PASS', 'FAIL', 'PARTIAL', 'WARN', 'ERROR'])),
  summary: looseText(SUMMARY_MAX).catch(''),
})

const Started = z.object({ provider_id: wholeText(200), reference: wholeText(1_000) })

const Candidate = z.looseObject({ name: looseText(1_000), number: looseText(200) })

/**
 * Data that an integration wants back: the later of two answers wins, field by field (provider protocol 1.5). Raises
 * `ProviderFailure` of kind `reply` when it is no object, or more than 1 MB together.
 */
export function mergeCustomData(earlier: CustomData, later: unknown): CustomData {
  if (later === null || later === undefined) return earlier
  const merged = { ...earlier, ...readPeer(z.looseObject({}), later, 'The custom data') }
  if (JSON.stringify(merged).length <= CUSTOM_DATA_CHARACTERS_MAX) return merged
  throw new ProviderFailure('reply', 'The custom data is more than 1 MB')
}

function asObject(value: unknown): PeerObject {
  if (isPeerObject(value)) return value
  throw new ProviderFailure('reply', 'The answer cannot be read: it is not a JSON object')
}

/** Where peers put the decision of a custom check: beside the output, or within it. */
function readResult(answer: PeerObject, rules: AnswerRules): ProviderOutput['result'] {
  const isCustom = rules.checkType.endsWith('_CUSTOM')
  const within = isPeerObject(answer.check_output) ? answer.check_output : {}
  const found = answer.result ?? (isCustom ? (within.result ?? within) : null)
  if (isCustom || isPeerObject(found)) return readPeer(Decision, found, 'The result of the check')
  return found === null ? null : readPeer(looseText(100), found, 'The result of the check')
}

/** Charges that count: none for a demo check, for a contract of the account's own, or for a check that failed. */
function readDueCharges(answer: PeerObject, rules: AnswerRules) {
  if (rules.relationship === 'DIRECT' || rules.demoResult !== null) return { charges: [], warnings: [] }
  const charges = readCharges(answer)
  const sum = charges.reduce((total, { amount }) => total + amount, 0)
  if (sum <= (rules.maximumCost ?? 0)) return { charges, warnings: [] }
  const message = 'The charges were dropped: together they are above the maximum cost of the provider'
  return { charges: [], warnings: [{ type: 'CHARGE_ABOVE_MAXIMUM', message }] }
}

/**
 * Reads a final answer: that of a synchronous check, of `/complete`, or of the last poll. With errors nothing else
 * of it counts. Raises `ProviderFailure` of kind `reply` when it cannot be used, and nothing else.
 */
export function readFinal(value: unknown, rules: AnswerRules): ProviderAnswer {
  const answer = asObject(value)
  const errors = readErrors(answer)
  const warnings = readWarnings(answer)
  const providerData = answer.provider_data === undefined ? {} : { providerData: answer.provider_data }
  if (errors.length > 0) {
    const nothing = { output: null, result: null, charges: [], externalResources: [] }
    return { state: 'final', ...nothing, errors, warnings, ...providerData }
  }
  const due = readDueCharges(answer, rules)
  const { resources, refused } = readResources(answer)
  const message = `${refused} external resources were left out: their addresses cannot be used`
  const left = refused === 0 ? [] : [{ type: 'EXTERNAL_RESOURCE_REFUSED', message }]
  return {
    state: 'final',
    output: readOutput(answer.check_output, rules),
    result: readResult(answer, rules),
    errors,
    warnings: [...warnings, ...due.warnings, ...left],
    charges: due.charges,
    externalResources: resources,
    ...providerData,
  }
}

/**
 * Reads the answer to the start of a check that goes on: its names at the provider's, or a final answer when it
 * reports errors (peers leave the names out then). Raises `ProviderFailure` of kind `reply`.
 */
export function readStart(value: unknown, rules: AnswerRules): ProviderAnswer {
  const answer = asObject(value)
  if (readErrors(answer).length > 0) return readFinal(answer, rules)
  const { provider_id, reference } = readPeer(Started, answer, 'The answer to the start of the check')
  const customData = mergeCustomData({}, answer.custom_data)
  return { state: 'started', providerId: provider_id, reference, customData }
}

/**
 * Reads the answer to a poll: pending with the custom data for the next poll, or final. A peer that does not send
 * `pending` is taken to be finished as soon as there is output. Raises `ProviderFailure` of kind `reply`.
 */
export function readPoll(value: unknown, rules: AnswerRules, earlier: CustomData): ProviderAnswer {
  const answer = asObject(value)
  if (readErrors(answer).length > 0) return readFinal(answer, rules)
  const told = readPeer(looseTruth.nullish(), answer.pending, 'The field pending of the answer')
  if (!(told ?? !isPeerObject(answer.check_output))) return readFinal(answer, rules)
  return { state: 'pending', customData: mergeCustomData(earlier, answer.custom_data) }
}

/**
 * Reads the answer to a search: at most 200 candidates, best first; those without name or number are left out, and
 * one without a country is taken to be of the one that was asked for. Raises `ProviderFailure` of kind `reply`.
 */
export function readSearch(value: unknown, country: string) {
  const answer = asObject(value)
  const errors = readErrors(answer)
  const listed = readPeer(z.array(z.unknown()), answer.search_output ?? [], 'The list of candidates')
  const candidates = listed.slice(0, CANDIDATES_MAX).flatMap((item): SearchCandidate[] => {
    const read = Candidate.safeParse(item)
    if (!read.success) return []
    const own = read.data.country_of_incorporation
    return [{ ...read.data, country_of_incorporation: typeof own === 'string' ? own : country }]
  })
  return { candidates: errors.length > 0 ? [] : candidates, errors }
}

/** Raises `ProviderFailure` of kind `reply` when an answer that only acknowledges reports errors. */
export function readAcknowledgement(value: unknown): void {
  const [error] = readErrors(asObject(value))
  if (error) throw new ProviderFailure('reply', `The provider refused: ${error.type.replace(/[^\w-]/g, '')}`)
}
