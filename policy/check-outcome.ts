import type { CheckDecision, CheckResult, CheckType } from '@drawbridge/schema/check.ts'
import { type CheckFamily, checkTypes } from './check-types.ts'
import { valuesAt } from './data-path.ts'
import { identityResult } from './identity-result.ts'
import type { PolicyCheckVariant } from './policy.ts'

/** What a provider answered in the end, as far as its result depends on it. */
export interface CheckAnswer {
  readonly output: Readonly<Record<string, unknown>> | null
  readonly result: string | { readonly decision: string; readonly summary: string } | null
  readonly errors: readonly unknown[]
}

type Output = Readonly<Record<string, unknown>>

/**
 * The usual meaning of each result (public API 4.0, 2.5). "Completed" stands where a person must judge (product
 * behaviour 1.5), and a check that completed is no acceptance check (1.4, rule 6): it warns, so that it passes no task.
 */
const usualDecisions: Readonly<Record<CheckResult, CheckDecision>> = {
  '2+2': 'PASS',
  Pass: 'PASS',
  '1+1': 'PARTIAL',
  Partial: 'PARTIAL',
  Fail: 'FAIL',
  PEP: 'WARN',
  Sanction: 'WARN',
  Media: 'WARN',
  Refer: 'WARN',
  Completed: 'WARN',
  Error: 'ERROR',
}

/**
 * The result of a check and what it means, from what its provider answered (product behaviour 1.5). Errors make it an
 * Error whatever else is there; an answer that says nothing at all is one too, except where finding nothing is an
 * answer. The variant may give a result another meaning, but never to an Error.
 */
export function outcomeOf(
  checkType: CheckType,
  answer: CheckAnswer,
  variant: PolicyCheckVariant | undefined,
): { result: CheckResult; decision: CheckDecision } {
  const result = answer.errors.length > 0 ? 'Error' : resultOf(checkType, answer)
  return { result, decision: decisionOf(result, variant) }
}

/** What a result means under a variant; without one, or without a word of it, what it usually means. */
export function decisionOf(result: CheckResult, variant: PolicyCheckVariant | undefined): CheckDecision {
  if (result === 'Error') return 'ERROR'
  return variant?.decisions[result] ?? usualDecisions[result]
}

/** Whether a decision lets the waterfall of a variant go on to its next provider. */
export function goesOnAfter(variant: PolicyCheckVariant | undefined, decision: CheckDecision): boolean {
  return variant?.waterfall_on.some((given) => given === decision) ?? false
}

const readers: Readonly<
  Record<CheckFamily, (output: Output | null, checkType: CheckType) => CheckResult | null>
> = {
  identity: (output) => output && identityResult(output),
  screening: (output) => output && screeningResult(output),
  document: (output) => output && documentResult(output),
  'company-data': companyDataResult,
  charities: companyDataResult,
  'bank-account': (output) => output && bankAccountResult(output),
  visa: (output) => output && visaResult(output),
  device: (output) => output && deviceResult(output),
  fraud: fraudResult,
  geocoding: (output) =>
    output && (valuesAt(output, 'address_history.address.latitude').length > 0 ? 'Pass' : 'Fail'),
  filings: (output) => (output === null ? 'Fail' : 'Pass'),
  form: () => null,
  custom: () => null,
}

function resultOf(checkType: CheckType, answer: CheckAnswer): CheckResult {
  const { family, results } = checkTypes[checkType]
  const told = toldResult(answer.result, results)
  // An identity check and a screen are derived from what was found; the provider's own word counts without output (1.5).
  const isDerived = family === 'identity' || family === 'screening'
  if (told !== null && !(isDerived && answer.output !== null)) return told
  return readers[family](answer.output, checkType) ?? 'Error'
}

const byDecision: Readonly<Record<string, CheckResult>> = {
  PASS: 'Pass',
  FAIL: 'Fail',
  PARTIAL: 'Partial',
  WARN: 'Refer',
  ERROR: 'Error',
}

/** What the provider itself calls the result, when its type can have that result. */
function toldResult(result: CheckAnswer['result'], possible: readonly CheckResult[]): CheckResult | null {
  if (result === null) return null
  if (typeof result !== 'string') return byDecision[result.decision.toUpperCase()] ?? 'Error'
  const word = result.trim().toLowerCase()
  return possible.find((candidate) => candidate.toLowerCase() === word) ?? null
}

/** The gravest flag of the hits that are not ruled out; hits in the protocol's shape, or in the API's. */
function screeningResult(output: Output): CheckResult | null {
  const hits = [...listAt(output, 'screening_hits'), ...listAt(output, 'sanctions_results')]
  const flags = new Set(hits.flatMap(flagsOfHit))
  if (flags.has('SANCTION')) return 'Sanction'
  if (flags.has('PEP')) return 'PEP'
  if (flags.has('ADVERSE_MEDIA')) return 'Media'
  return flags.size > 0 ? 'Refer' : 'Pass'
}

function flagsOfHit(hit: unknown): string[] {
  const status = valuesAt(hit, 'status')[0]
  if (status === 'MISMATCH' || status === 'IGNORE') return []
  const flags = valuesAt(hit, 'flags.type').map(String)
  if (valuesAt(hit, 'sanctions').length + listAt(hit, 'sanctions').length > 0) flags.push('SANCTION')
  if (valuesAt(hit, 'pep.match').includes(true)) flags.push('PEP')
  if (listAt(hit, 'media').length > 0) flags.push('ADVERSE_MEDIA')
  // A hit that does not say what it is has to be looked at all the same.
  return flags.length > 0 ? flags : ['REFER']
}

/** Every document must have passed its verification; none at all is no answer. */
function documentResult(output: Output): CheckResult | null {
  const documents = listAt(output, 'documents')
  if (documents.length === 0) return null
  return documents.every((document) => valuesAt(document, 'verification_result.all_passed')[0] === true)
    ? 'Pass'
    : 'Fail'
}

/**
 * No company found is a Fail. A number, country or activity that does not match is one too, while other fields that do
 * not match leave it Partial, as does an answer without a name.
 */
function companyDataResult(output: Output | null, checkType: CheckType): CheckResult {
  const results = checkTypes[checkType].results
  if (output === null || output.metadata === undefined)
    return checkType === 'COMPANY_OWNERSHIP' && output ? 'Pass' : 'Fail'
  const differing = listAt(output, 'field_checks').flatMap((check) =>
    valuesAt(check, 'result')[0] === 'MISMATCH' ? valuesAt(check, 'field').map(String) : [],
  )
  const isActive = valuesAt(output, 'metadata.is_active')[0]
  const grave = differing.some((field) => ['NUMBER', 'COUNTRY_OF_INCORPORATION', 'IS_ACTIVE'].includes(field))
  if (grave || isActive === false) return 'Fail'
  if (differing.length === 0 && valuesAt(output, 'metadata.name').length > 0) return 'Pass'
  return results.find((result) => result === 'Partial' || result === 'Refer') ?? 'Fail'
}

/** Every verification must match; where there is none, every validation. */
function bankAccountResult(output: Output): CheckResult | null {
  const verified = listAt(output, 'bank_account_verifications')
  const entries = verified.length > 0 ? verified : listAt(output, 'bank_account_validations')
  if (entries.length === 0) return null
  return entries.every((entry) => valuesAt(entry, 'match')[0] === true) ? 'Pass' : 'Fail'
}

function visaResult(output: Output): CheckResult {
  if (valuesAt(output, 'visa_check.failure_reason').length > 0) return 'Fail'
  return listAt(output.visa_check, 'visas').length > 0 ? 'Pass' : 'Fail'
}

function deviceResult(output: Output): CheckResult | null {
  const word = String(
    valuesAt(output, 'device_fraud_detection.recommendation')[0] ??
      valuesAt(output, 'device_fraud_detection.result')[0] ??
      '',
  ).toUpperCase()
  if (['ALLOW', 'PASS', 'ACCEPT'].includes(word)) return 'Pass'
  if (['DENY', 'FAIL', 'REJECT'].includes(word)) return 'Fail'
  return word === '' ? null : 'Refer'
}

/** Any hit has to be looked at; a merchant screen without one is only completed (1.5). */
function fraudResult(output: Output | null, checkType: CheckType): CheckResult | null {
  if (output === null) return null
  const detection = output.fraud_detection ?? output.fraud_screening ?? output
  const told = valuesAt(detection, 'match_count')[0] ?? 0
  // Only a clear "none" is none: neither a count that cannot be read, nor matches beside a count of 0.
  if (listAt(detection, 'matches').length > 0 || !(Number(told) <= 0)) return 'Refer'
  return checkTypes[checkType].results.includes('Pass') ? 'Pass' : 'Completed'
}

function listAt(holder: unknown, name: string): readonly unknown[] {
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, name)) return []
  const list = (holder as Output)[name]
  return Array.isArray(list) ? list : []
}
