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
import {
  judgeCountries,
  judgeCustomFields,
  judgeFeatures,
  judgeFields,
  judgePricing,
  shown,
} from './judge-configuration.ts'

const NAME_LENGTH = { min: 6, max: 49 }
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/
const CREDENTIAL_TYPES = new Set(['string', 'password'])
const CONFIG_TYPES = new Set(['string', 'boolean', 'MultiSelect', 'set'])
const TEMPLATES = ['ONE_TIME_SYNCHRONOUS', 'ONE_TIME_CALLBACK', 'ONE_TIME_POLLING', 'MONITORED_POLLING']

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
