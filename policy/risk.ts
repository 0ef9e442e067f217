import type { RiskLevelCategory } from '@drawbridge/schema/risk.ts'
import type { Case } from './case.ts'
import { type DataValue, valuesAt } from './data-path.ts'
import type { RiskFactor, RiskModel, RiskProperty } from './policy.ts'

/** What one factor found. */
export interface FactorScore {
  readonly alias: string
  readonly name: string
  /** What it looked at; null when there is no data. */
  readonly value: DataValue | readonly DataValue[] | null
  /** Null when there is no data; 0 when no rule held. */
  readonly score: number | null
  /** The description of the rule that counted. */
  readonly rule: string | null
  readonly isRequired: boolean
}

/** How the risk of a case comes about (product behaviour 1.8). */
export interface RiskBreakdown {
  readonly level: RiskLevelCategory
  /** The total, to a hundredth; null when the level is UNDETERMINED. */
  readonly score: number | null
  readonly factors: readonly FactorScore[]
  /** The names of required factors that have no data. */
  readonly missing: readonly string[]
}

type Rule = RiskFactor['rules'][number]
type ScoredCase = Pick<Case, 'data' | 'events'>

/** Scores a case by a model at an instant. A required factor without data leaves the level UNDETERMINED. */
export function scoreRisk(subject: ScoredCase, model: RiskModel, now: Date): RiskBreakdown {
  const factors = model.factors.map((factor) => scoreFactor(subject, factor, now))
  const missing = factors.filter((factor) => factor.isRequired && factor.score === null)
  if (missing.length > 0)
    return { level: 'UNDETERMINED', score: null, factors, missing: missing.map((factor) => factor.name) }
  const score = total(model, factors)
  return { level: levelOf(score, model.thresholds), score, factors, missing: [] }
}

function levelOf(score: number, thresholds: RiskModel['thresholds']): RiskLevelCategory {
  if (score >= thresholds.high) return 'HIGH'
  return score >= thresholds.medium ? 'MEDIUM' : 'LOW'
}

function total(model: RiskModel, factors: readonly FactorScore[]): number {
  const scores = new Map(factors.map((factor) => [factor.alias, factor.score]))
  const grouped = new Set(model.groups.flatMap((group) => group.factors))
  let sum = 0
  for (const factor of factors) if (!grouped.has(factor.alias)) sum += factor.score ?? 0
  for (const group of model.groups) {
    const members = group.factors.flatMap((alias) => scores.get(alias) ?? [])
    if (members.length > 0) sum += combine(members, group.combine)
  }
  return Math.round(sum * 100) / 100
}

function combine(scores: readonly number[], how: RiskModel['groups'][number]['combine']): number {
  if (how === 'highest') return Math.max(...scores)
  if (how === 'lowest') return Math.min(...scores)
  const sum = scores.reduce((before, score) => before + score, 0)
  return how === 'mean' ? sum / scores.length : sum
}

function scoreFactor(subject: ScoredCase, factor: RiskFactor, now: Date): FactorScore {
  const values = valuesOf(subject, factor.property, now)
  const said = { alias: factor.alias, name: factor.name, isRequired: factor.is_required }
  const [first] = values
  if (first === undefined) return { ...said, value: null, score: null, rule: null }
  const rule = highest(factor.rules.filter((candidate) => values.some((value) => holds(candidate, value))))
  const value = values.length === 1 ? first : values
  return { ...said, value, score: rule?.score ?? 0, rule: rule?.description ?? null }
}

function highest(rules: readonly Rule[]): Rule | undefined {
  return rules.reduce<Rule | undefined>(
    (top, rule) => (top && top.score >= rule.score ? top : rule),
    undefined,
  )
}

function holds({ when }: Rule, value: DataValue): boolean {
  if (when.is === 'any_of') return when.values.includes(String(value))
  if (when.is === 'text')
    return when.ignore_case
      ? String(value).toLowerCase() === when.value.toLowerCase()
      : String(value) === when.value
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number !== 'number' || Number.isNaN(number)) return false
  return (when.from === undefined || number >= when.from) && (when.to === undefined || number < when.to)
}

function valuesOf(subject: ScoredCase, property: RiskProperty, now: Date): DataValue[] {
  const { data } = subject
  switch (property.of) {
    case 'age':
      return valuesAt(data, 'personal_details.dob').flatMap((dob) => ageOn(String(dob), now) ?? [])
    case 'country_of_residence':
      return valuesAt(data, 'address_history.-1.address.country')
    case 'postal_code':
      return valuesAt(data, 'address_history.-1.address.postal_code')
    case 'nationality':
      return valuesAt(data, 'personal_details.nationality')
    case 'country_of_incorporation':
      return valuesAt(data, 'metadata.country_of_incorporation')
    case 'matches':
      return [countMatches(subject, property.event_type)]
    case 'custom_field':
      return valuesAt(data, `custom_fields_data.${property.alias}`)
    case 'collected_data':
      return valuesAt(data, property.path)
  }
}

function countMatches({ events }: ScoredCase, type: string): number {
  return events.filter(
    (event) => event.type === type && (event.resolution === 'MATCH' || event.resolution === 'UNRESOLVED'),
  ).length
}

/**
 * Full years of a life on a day, in UTC. Of a birthday known to the month or year, the last day that it may be
 * counts: nobody is taken for older than is sure. Undefined when it is no date, or not yet born.
 */
export function ageOn(dob: string, now: Date): number | undefined {
  const [year, month = 12, day = 31] = dob.split('-').map(Number)
  if (year === undefined || [year, month, day].some(Number.isNaN)) return undefined
  const today = [now.getUTCMonth() + 1, now.getUTCDate()] as const
  const isBefore = today[0] < month || (today[0] === month && today[1] < day)
  const age = now.getUTCFullYear() - year - (isBefore ? 1 : 0)
  return age < 0 ? undefined : age
}
