import { isPeerObject, type PeerObject } from '../lenient.ts'
import { type Finding, failed, passed, skipped, warned } from './examination.ts'

const FEATURES = new Set([
  ...['COMPANY_SEARCH', 'PROVIDER_FIELD_CHECKS', 'PEPS', 'SANCTIONS', 'ADVERSE_MEDIA'],
  ...['EXTERNAL_LINK', 'EXTERNAL_EMBED', 'CUSTOM_DATA_OUTPUT'],
])
const CUSTOM_PREFIX: Readonly<Record<string, string>> = { STRING: 's_', BOOLEAN: 'b_', DECIMAL: 'n_' }

/** A value as the report shows it. */
export const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value))

/** The fields of credentials or configuration: named, once each, of types that are known. */
export function judgeFields(value: unknown, types: ReadonlySet<string>): Finding {
  const fields = isPeerObject(value) ? value.fields : undefined
  if (!Array.isArray(fields)) return failed(`${shown(fields)} for the list of fields`)
  const names = fields.map((field) => (isPeerObject(field) ? field.name : undefined))
  if (!names.every((name) => typeof name === 'string' && name !== ''))
    return failed('a field that has no name')
  if (new Set(names).size < names.length) return failed(`a name that is there twice: ${names.join(', ')}`)
  const strange = fields.filter((field) => !types.has(String(field.type))).map((field) => String(field.type))
  if (strange.length > 0) return warned(`the unknown type ${strange.join(', ')}, which is shown as text`)
  const unlabelled = fields.filter((field) => typeof field.label !== 'string').map((field) => field.name)
  if (unlabelled.length > 0) return warned(`no label: ${unlabelled.join(', ')}`)
  return passed(names.length === 0 ? 'none' : names.join(', '))
}

/** Whether it is resold, and for how much at most. */
export function judgePricing({ pricing, check_type }: PeerObject): Finding {
  if (!isPeerObject(pricing)) return failed(shown(pricing))
  const { supports_reselling: resold, maximum_cost: cost } = pricing
  if (typeof resold !== 'boolean') return failed(`supports_reselling: ${shown(resold)}`)
  if (resold && String(check_type).endsWith('_CUSTOM')) return failed('a custom check that is resold')
  if (resold && (typeof cost !== 'number' || cost < 0)) return failed(`resold at maximum_cost ${shown(cost)}`)
  return passed(resold ? `resold for at most ${shown(cost)} credits` : 'not resold')
}

/** The declared custom fields of the output. */
export function judgeCustomFields({ output_custom_fields: custom, supported_features }: PeerObject): Finding {
  const isDeclared = Array.isArray(supported_features) && supported_features.includes('CUSTOM_DATA_OUTPUT')
  if (!isDeclared) return skipped('the feature CUSTOM_DATA_OUTPUT is not declared')
  const fields = isPeerObject(custom) ? custom.fields : undefined
  if (!isPeerObject(fields)) return failed(shown(fields))
  const entries = Object.entries(fields)
  if (entries.length > 20) return failed(`${entries.length} fields`)
  const wrong = entries.filter(([name, field]) => {
    const prefix = CUSTOM_PREFIX[isPeerObject(field) ? String(field.type) : '']
    return prefix === undefined || !name.startsWith(prefix)
  })
  return wrong.length === 0
    ? passed(entries.map(([name]) => name).join(', '))
    : failed(`a name that does not begin as its type says: ${wrong.map(([name]) => name).join(', ')}`)
}

/** The countries that it answers for. */
export function judgeCountries({ supported_countries: countries }: PeerObject): Finding {
  if (!Array.isArray(countries) || countries.length === 0) return failed(shown(countries))
  const wrong = countries.filter((country) => typeof country !== 'string' || !/^[A-Z]{3}$/.test(country))
  return wrong.length === 0 ? passed(`${countries.length} countries`) : failed(shown(wrong[0]))
}

/** The features that it declares. */
export function judgeFeatures({ supported_features: features }: PeerObject): Finding {
  if (features === undefined || features === null) return passed('none')
  if (!Array.isArray(features)) return failed(shown(features))
  const unknown = features.filter((feature) => !FEATURES.has(String(feature)))
  if (unknown.length > 0) return warned(`features that nothing is known of: ${unknown.join(', ')}`)
  return passed(features.length === 0 ? 'none' : features.join(', '))
}
