import { randomUUID } from 'node:crypto'
import type { Received, Script } from './integration.test-kit.ts'
import { signingKeyOf, withSignature } from './signing.ts'

/** How an integration answers what the suite asks; a test spoils one of them. */
export interface Manner {
  readonly metadata: unknown
  readonly configuration: Record<string, unknown>
  /** The final answer to a demo result; undefined for one that it does not know. */
  readonly demo: (demoResult: string, request: Received) => Record<string, unknown> | undefined
  readonly isRefused: (request: Received) => boolean
  readonly search: (demoResult: string) => unknown
  /** The status of a page; undefined opens it by the rules. */
  readonly page: (path: string) => number | undefined
  /** Answers of its own to a path; undefined for the usual ones. */
  readonly special: (path: string) => { status: number; value: unknown } | undefined
}

const errorsOf = {
  ERROR_INVALID_CREDENTIALS: 'INVALID_CREDENTIALS',
  ERROR_ANY_PROVIDER_MESSAGE: 'PROVIDER_MESSAGE',
  ERROR_CONNECTION_TO_PROVIDER: 'PROVIDER_CONNECTION',
} as const

const erring = (type: string) => ({ errors: [{ type, message: 'As was wished' }], warnings: [] })

const fields = {
  credentials: { fields: [{ type: 'password', name: 'api_key', label: 'API key' }] },
  config: { fields: [{ type: 'boolean', name: 'strict', label: 'Strict', default: false }] },
}

/** A custom check of companies, answered at once, with external pages, search and declared output. */
export const customManner: Manner = {
  metadata: { protocol_version: 1, provider_name: 'Millstone Data' },
  configuration: {
    check_type: 'COMPANY_CUSTOM',
    check_template: { type: 'ONE_TIME_SYNCHRONOUS', timeout: 60 },
    pricing: { supports_reselling: false },
    supported_countries: ['GBR'],
    supported_features: ['EXTERNAL_LINK', 'CUSTOM_DATA_OUTPUT', 'COMPANY_SEARCH'],
    output_custom_fields: { version: '1', fields: { n_score: { type: 'DECIMAL', label: 'Score' } } },
    ...fields,
  },
  demo: (demoResult, { headers }) => {
    if (demoResult in errorsOf) return erring(errorsOf[demoResult as keyof typeof errorsOf])
    const known = ['ANY', 'EXTERNAL_RESOURCE_LINK', 'CUSTOM_DATA_OUTPUT']
    if (!known.includes(demoResult)) return undefined
    const page = { type: 'LINK', url: `http://${headers.host}/base/page`, id: randomUUID(), label: 'Report' }
    return {
      check_output: { entity_type: 'COMPANY', custom_fields_data: { n_score: 0.5 } },
      result: { decision: 'PASS', summary: 'Nothing was found' },
      external_resources: demoResult.startsWith('EXTERNAL') ? [page] : [],
      charges: [],
      errors: [],
      warnings: [],
      provider_data: 'No live call was made',
    }
  },
  isRefused: ({ path, isSigned }) => path !== '/' && !path.startsWith('/page') && !isSigned,
  search: (demoResult) => {
    const count = { NO_HITS: 0, ONE_HIT: 1, MANY_HITS: 3 }[demoResult]
    if (count === undefined) return { search_output: [], ...erring('UNSUPPORTED_DEMO_RESULT') }
    const found = { name: 'Kestrel Lane Bakery Ltd', number: '1', country_of_incorporation: 'GBR' }
    return { search_output: Array.from({ length: count }, () => found), errors: [], warnings: [] }
  },
  page: () => undefined,
  special: () => undefined,
}

const flag = (type: string) => ({ type })
const hit = (...flags: string[]) => ({
  provider: { hit_id: randomUUID(), label: 'List', name: 'List' },
  status: 'UNRESOLVED',
  flags: flags.map(flag),
  data: { name: 'Tamsin Quillfeather' },
})
const hitsOf: Readonly<Record<string, readonly ReturnType<typeof hit>[]>> = {
  ANY: [],
  SCREEN_NO_HITS: [],
  SCREEN_ALL_FLAGS_SAME_HIT: [hit('PEP', 'SANCTION')],
  SCREEN_ALL_FLAGS_SEPARATE_HITS: [hit('PEP'), hit('SANCTION')],
  SCREEN_SINGLE_REFER: [hit('REFER')],
  SCREEN_SINGLE_PEP: [hit('PEP')],
  SCREEN_SINGLE_SANCTION: [hit('SANCTION')],
}

/** A screening of persons that is polled and monitored, and resold. */
export const screeningManner: Manner = {
  ...customManner,
  configuration: {
    check_type: 'PEPS_AND_SANCTIONS_SCREEN',
    check_template: {
      type: 'MONITORED_POLLING',
      polling_strategy: { type: 'UNIFORM', initial_interval: 0, polling_interval: 0, max_polls: 3 },
      monitoring_strategy: { type: 'UNIFORM', update_interval: 120 },
    },
    pricing: { supports_reselling: true, maximum_cost: 200 },
    supported_countries: ['GBR'],
    supported_features: ['PEPS', 'SANCTIONS'],
    ...fields,
  },
  demo: (demoResult, { body }) => {
    if (demoResult in errorsOf) return erring(errorsOf[demoResult as keyof typeof errorsOf])
    const isResold = body.commercial_relationship === 'PASSFORT'
    const hits = hitsOf[demoResult === 'ANY_CHARGE' ? 'ANY' : demoResult]
    if (hits === undefined) return undefined
    return {
      check_output: { entity_type: 'INDIVIDUAL', screening_hits: hits },
      charges: isResold ? [{ amount: 100 }, { amount: 50 }] : [],
      errors: [],
      warnings: [],
      provider_data: 'No live call was made',
    }
  },
}

/** The status of a page of the provider's (provider protocol 1.8). */
function pageStatus(manner: Manner, secret: string, { path, headers }: Received): number {
  const own = manner.page(path)
  if (own !== undefined) return own
  const query = new URL(path, 'http://unused.example').searchParams
  const names = ['version', 'valid_until', 'auditee_id', 'signature']
  if (!names.every((name) => query.has(name))) return 400
  const [unsigned = ''] = `http://${headers.host}/base${path}`.split('&signature=')
  const isRight = path.endsWith(withSignature(signingKeyOf(secret), unsigned).slice(unsigned.length))
  return isRight && Number(query.get('valid_until')) * 1000 > Date.now() ? 200 : 404
}

/** Answers as an integration of that manner does. `secretOf` is asked when a page is opened. */
export function scriptOf(manner: Manner, secretOf: () => string): Script {
  const isPolled = JSON.stringify(manner.configuration).includes('_POLLING')
  const isCallback = JSON.stringify(manner.configuration).includes('_CALLBACK')
  const answerTo = (request: Received) => {
    // What /complete is to answer is remembered in the custom data, as real integrations do.
    const remembered = (request.body.custom_data as { wish?: string } | undefined)?.wish
    const demoResult = String(request.body.demo_result ?? remembered)
    const unknown = { check_output: null, ...erring('UNSUPPORTED_DEMO_RESULT') }
    return manner.demo(demoResult, request) ?? unknown
  }
  return (request, reply) => {
    const { path, body } = request
    const end = (status: number) => void reply.writeHead(status).end()
    const special = manner.special(path)
    if (special) {
      reply.statusCode = special.status
      return special.value
    }
    if (manner.isRefused(request)) return end(401)
    if (path === '/') return manner.metadata
    if (path === '/config') return manner.configuration
    if (path === '/search') return manner.search(String(body.demo_result))
    if (path.startsWith('/page')) return end(pageStatus(manner, secretOf(), request))
    if (path === '/monitored_checks/ready') return { errors: [], warnings: [] }
    if (path === '/monitored_checks/poll') return { pending: false, ...answerTo(request) }
    if (path.endsWith('/poll')) {
      const isFirst = !(body.custom_data as { seen?: boolean }).seen
      return isFirst
        ? { pending: true, custom_data: { seen: true }, errors: [] }
        : { pending: false, ...answerTo(request) }
    }
    if (path.endsWith('/complete')) return answerTo(request)
    if (path !== '/checks') return end(404)
    if (body.check_input === undefined) return end(400)
    const answer = answerTo(request)
    const hasErrors = Array.isArray(answer.errors) && answer.errors.length > 0
    if (hasErrors || !(isPolled || isCallback)) return answer
    const custom_data = { wish: body.demo_result }
    return { provider_id: randomUUID(), reference: 'r', custom_data, errors: [], warnings: [] }
  }
}
