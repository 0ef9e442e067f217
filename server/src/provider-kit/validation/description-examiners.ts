import { CheckType } from '@drawbridge/schema/check.ts'
import { isPeerObject, type PeerObject } from '../lenient.ts'
import {
  type Examination,
  type Examiner,
  type Finding,
  failed,
  objectOf,
  passed,
  skipped,
  warned,
} from './examination.ts'

const NAME_LENGTH = { min: 6, max: 49 }
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
const FEATURES = new Set([
  ...['COMPANY_SEARCH', 'PROVIDER_FIELD_CHECKS', 'PEPS', 'SANCTIONS', 'ADVERSE_MEDIA'],
  ...['EXTERNAL_LINK', 'EXTERNAL_EMBED', 'CUSTOM_DATA_OUTPUT'],
])
const TEMPLATES = ['ONE_TIME_SYNCHRONOUS', 'ONE_TIME_CALLBACK', 'ONE_TIME_POLLING', 'MONITORED_POLLING']
const CREDENTIAL_TYPES = new Set(['string', 'password'])
const CONFIG_TYPES = new Set(['string', 'boolean', 'MultiSelect', 'set'])
const CUSTOM_PREFIX: Readonly<Record<string, string>> = { STRING: 's_', BOOLEAN: 'b_', DECIMAL: 'n_' }

/** A value as the report shows it. */
const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value))

/** An examiner of one field of the configuration. */
function ofConfiguration(
  name: string,
  wanted: string,
  judge: (config: PeerObject, examination: Examination) => Finding,
): Examiner {
  return {
    name: `config.${name}`,
    wanted,
    examine: (examination) => {
      const config = objectOf(examination.configuration)
      return typeof config === 'string'
        ? skipped('the configuration cannot be read')
        : judge(config, examination)
    },
  }
}

function judgeFields(value: unknown, types: ReadonlySet<string>): Finding {
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

function judgePricing({ pricing, check_type }: PeerObject): Finding {
  if (!isPeerObject(pricing)) return failed(shown(pricing))
  const { supports_reselling: resold, maximum_cost: cost } = pricing
  if (typeof resold !== 'boolean') return failed(`supports_reselling: ${shown(resold)}`)
  if (resold && String(check_type).endsWith('_CUSTOM')) return failed('a custom check that is resold')
  if (resold && (typeof cost !== 'number' || cost < 0)) return failed(`resold at maximum_cost ${shown(cost)}`)
  return passed(resold ? `resold for at most ${shown(cost)} credits` : 'not resold')
}

function judgeCustomFields({ output_custom_fields: custom, supported_features }: PeerObject): Finding {
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

function judgeCountries({ supported_countries: countries }: PeerObject): Finding {
  if (!Array.isArray(countries) || countries.length === 0) return failed(shown(countries))
  const wrong = countries.filter((country) => typeof country !== 'string' || !/^[A-Z]{3}$/.test(country))
  return wrong.length === 0 ? passed(`${countries.length} countries`) : failed(shown(wrong[0]))
}

function judgeFeatures({ supported_features: features }: PeerObject): Finding {
  if (features === undefined || features === null) return passed('none')
  if (!Array.isArray(features)) return failed(shown(features))
  const unknown = features.filter((feature) => !FEATURES.has(String(feature)))
  if (unknown.length > 0) return warned(`features that nothing is known of: ${unknown.join(', ')}`)
  return passed(features.length === 0 ? 'none' : features.join(', '))
}

function judgeAddress({ url }: Examination): Finding {
  const address = URL.parse(url)
  if (address === null) return failed('no URL')
  if (address.protocol === 'https:') return passed('HTTPS')
  return LOOPBACK.test(address.hostname)
    ? warned('plain HTTP, which is for trying out on one machine only')
    : failed('plain HTTP')
}

const addressExaminers: readonly Examiner[] = [
  { name: 'address.https', wanted: 'the base address is HTTPS', examine: judgeAddress },
  {
    name: 'address.base',
    wanted: 'the base address ends in / and has no query',
    examine: ({ url }) => (/^[^?#]+\/$/.test(url) ? passed('as wanted') : failed('another form')),
  },
]

const metadataExaminers: readonly Examiner[] = [
  {
    name: 'metadata.answers',
    wanted: 'GET / answers a JSON object, without a signature',
    examine: ({ metadata }) => {
      const read = objectOf(metadata)
      return typeof read === 'string' ? failed(read) : passed('a JSON object')
    },
  },
  {
    name: 'metadata.version',
    wanted: 'protocol_version is 1',
    examine: ({ metadata }) => {
      const read = objectOf(metadata)
      if (typeof read === 'string') return skipped('the metadata cannot be read')
      return read.protocol_version === 1 ? passed('1') : failed(shown(read.protocol_version))
    },
  },
  {
    name: 'metadata.name',
    wanted: `provider_name has ${NAME_LENGTH.min} to ${NAME_LENGTH.max} characters`,
    examine: ({ metadata }) => {
      const read = objectOf(metadata)
      if (typeof read === 'string') return skipped('the metadata cannot be read')
      const name = read.provider_name
      const isFit =
        typeof name === 'string' && name.length >= NAME_LENGTH.min && name.length <= NAME_LENGTH.max
      return isFit ? passed(name) : failed(shown(name))
    },
  },
]

const configExaminers: readonly Examiner[] = [
  {
    name: 'config.answers',
    wanted: 'GET /config answers a JSON object when it is signed',
    examine: ({ configuration }) => {
      const read = objectOf(configuration)
      return typeof read === 'string' ? failed(read) : passed('a JSON object')
    },
  },
  ofConfiguration(
    'check-type',
    'check_type is one that the platform runs',
    ({ check_type }, { description }) =>
      CheckType.safeParse(check_type).success || description !== null
        ? passed(String(check_type))
        : failed(shown(check_type)),
  ),
  ofConfiguration(
    'template',
    `check_template is one of ${TEMPLATES.join(', ')}`,
    (config, { description }) => {
      if (description !== null) return passed(description.template.type)
      const type = isPeerObject(config.check_template) ? config.check_template.type : undefined
      return TEMPLATES.includes(String(type)) ? skipped('see config.readable') : failed(shown(type))
    },
  ),
  ofConfiguration('pricing', 'pricing says whether it is resold, and for how much at most', judgePricing),
  ofConfiguration(
    'countries',
    'supported_countries lists ISO 3166 alpha-3 codes, at least one',
    judgeCountries,
  ),
  ofConfiguration('features', 'supported_features lists known features', judgeFeatures),
  ofConfiguration(
    'credentials',
    'credentials.fields lists named text and password fields',
    ({ credentials }) => {
      const judged = judgeFields(credentials, CREDENTIAL_TYPES)
      const isEmpty = judged.outcome === 'PASSED' && judged.found === 'none'
      return isEmpty ? warned('no field: at least one is expected') : judged
    },
  ),
  ofConfiguration('fields', 'config.fields lists named fields of known types', ({ config }) =>
    judgeFields(config, CONFIG_TYPES),
  ),
  ofConfiguration(
    'custom-fields',
    'output_custom_fields lists at most 20 fields, named s_, b_ or n_ by type',
    judgeCustomFields,
  ),
  {
    name: 'config.readable',
    wanted: 'metadata and configuration can be read as a whole',
    examine: ({ description, descriptionProblem }) =>
      description === null ? failed(descriptionProblem) : passed('as wanted'),
  },
]

/** What is checked of the address, the metadata and the configuration (provider protocol 1.1 to 1.3). */
export const descriptionExaminers: readonly Examiner[] = [
  ...addressExaminers,
  ...metadataExaminers,
  ...configExaminers,
]
