import { randomUUID } from 'node:crypto'
import { createHttpProvider } from '../http-provider.ts'
import { type DataProvider, ProviderFailure, type ProviderStarted } from '../provider.ts'
import { startedBody } from '../request-body.ts'
import { demoOrder, runDemo } from './demo-run.ts'
import {
  type Examination,
  type Examiner,
  type Finding,
  failed,
  isSuccess,
  passed,
  probe,
  signatureFor,
  skipped,
  statusOf,
  warned,
} from './examination.ts'

const CONCURRENT_CALLS = 5
const NO_DESCRIPTION = 'the configuration cannot be read'

function providerOf({ url, secret, fetch, description }: Examination): DataProvider | null {
  return description && createHttpProvider({ url, secret, fetch, description })
}

/** The names of a demo check that goes on, or why there is none. */
async function startedCheck(examination: Examination): Promise<ProviderStarted | string> {
  const { started, problem } = await runDemo(examination, { demoResult: 'ANY' })
  return started ?? (problem || 'an answer that does not go on')
}

const polling: Examiner = {
  name: 'template.polls',
  wanted: 'a polled check is final within the polls that it declares',
  async examine(examination) {
    const { description } = examination
    if (description === null) return skipped(NO_DESCRIPTION)
    if (!('polling' in description.template)) return skipped('checks are not polled')
    const run = await runDemo(examination, { demoResult: 'ANY' })
    return run.answer === null ? failed(run.problem) : passed(`final after ${run.polls} polls`)
  },
}

const completing: Examiner = {
  name: 'template.complete',
  wanted: 'what a callback announces is fetched with /complete, whose answer is final',
  async examine(examination) {
    const { description } = examination
    if (description === null) return skipped(NO_DESCRIPTION)
    if (description.template.type !== 'ONE_TIME_CALLBACK') return skipped('checks do not call back')
    const run = await runDemo(examination, { demoResult: 'ANY' })
    return run.answer === null ? failed(run.problem) : passed(`final after ${run.milliseconds} ms`)
  },
}

const ready: Examiner = {
  name: 'template.ready',
  wanted: '/ready is answered, or is unknown (404)',
  async examine(examination) {
    const { description } = examination
    if (description?.template.type !== 'ONE_TIME_CALLBACK') return skipped('checks do not call back')
    const started = await startedCheck(examination)
    if (typeof started === 'string') return failed(started)
    const order = { ...demoOrder(examination, { demoResult: 'ANY' }), ...started }
    const path = `checks/${order.checkId}/ready`
    const { status, problem } = await probe(examination, {
      method: 'POST',
      path,
      body: startedBody(order, description, true),
    })
    if (status === 404 || status === 405) return passed('unknown, which does no harm')
    return isSuccess(status)
      ? passed(`${status}`)
      : failed(status === null ? String(problem) : `status ${status}`)
  },
}

const monitoring: Examiner = {
  name: 'template.monitoring',
  wanted: 'a finished check is monitored, and its current result is told',
  async examine(examination) {
    const provider = providerOf(examination)
    if (provider?.description.template.type !== 'MONITORED_POLLING')
      return skipped('checks are not monitored')
    const started = await startedCheck(examination)
    if (typeof started === 'string') return failed(started)
    const { checkId: _checkId, ...order } = demoOrder(examination, { demoResult: 'ANY' })
    return settled(async () => {
      await provider.monitor({ ...order, ...started }, examination.signal)
      const answer = await provider.pollMonitored({ ...order, ...started }, examination.signal)
      if (answer.state === 'final' && answer.errors[0]) return failed(`the error ${answer.errors[0].type}`)
      return passed(answer.state)
    })
  },
}

/** What the work found; a failure of the provider is a failed finding. */
async function settled(work: () => Promise<Finding>): Promise<Finding> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProviderFailure) return failed(error.message)
    throw error
  }
}

function searching(
  demoResult: string,
  wanted: string,
  holds: (count: number, errors: readonly string[]) => boolean,
): Examiner {
  return {
    name: `search.${demoResult}`,
    wanted: `a search ${wanted}`,
    async examine(examination) {
      const provider = providerOf(examination)
      if (provider === null) return skipped(NO_DESCRIPTION)
      const { supportedFeatures, supportedCountries } = provider.description
      if (!supportedFeatures.includes('COMPANY_SEARCH'))
        return skipped('the feature COMPANY_SEARCH is not declared')
      const { checkId: _checkId, ...order } = demoOrder(examination, { demoResult })
      const country = supportedCountries[0] ?? 'GBR'
      return settled(async () => {
        const asked = { ...order, query: 'Kestrel Lane', country, state: null }
        const { candidates, errors } = await provider.search(asked, examination.signal)
        const types = errors.map(({ type }) => type)
        const found = types.length > 0 ? types.join(', ') : `${candidates.length} candidates`
        return holds(candidates.length, types) ? passed(found) : failed(found)
      })
    },
  }
}

const concurrent: Examiner = {
  name: 'load.concurrent',
  wanted: `${CONCURRENT_CALLS} checks at once are all answered`,
  async examine(examination) {
    if (examination.description === null) return skipped(NO_DESCRIPTION)
    const runs = await Promise.all(
      Array.from({ length: CONCURRENT_CALLS }, () => runDemo(examination, { demoResult: 'ANY' })),
    )
    const wrong = runs.find(({ answer }) => answer === null || answer.errors.length > 0)
    if (wrong) return failed(wrong.problem || `the error ${wrong.answer?.errors[0]?.type}`)
    return passed(`the slowest after ${Math.max(...runs.map(({ milliseconds }) => milliseconds))} ms`)
  },
}

const replyTime: Examiner = {
  name: 'load.reply-time',
  wanted: 'a check is answered well within the time that the integration declares',
  async examine(examination) {
    const { description } = examination
    if (description === null) return skipped(NO_DESCRIPTION)
    const { template } = description
    const seconds =
      template.type === 'ONE_TIME_SYNCHRONOUS' ? template.timeoutSeconds : template.requestTimeoutSeconds
    const { answer, milliseconds, polls, problem } = await runDemo(examination, { demoResult: 'ANY' })
    if (answer === null) return failed(problem)
    const found = `${milliseconds} ms of ${seconds} s`
    // Waits between polls are not the integration's slowness.
    return polls > 0 || milliseconds < seconds * 500 ? passed(found) : warned(found)
  },
}

const malformed: Examiner = {
  name: 'request.malformed',
  wanted: 'a check without any field is refused with 400 or with errors, not with a fault',
  async examine(examination) {
    const request = { method: 'POST', path: 'checks', body: '{}' } as const
    const headers = signatureFor(examination, examination.key, request)
    const status = await statusOf(examination, { ...request, headers })
    if (typeof status === 'string') return failed(status)
    return status >= 500 ? warned(`status ${status}`) : passed(`${status}`)
  },
}

const unknownPath: Examiner = {
  name: 'request.unknown-path',
  wanted: 'a path that the protocol does not have is answered with 404',
  async examine(examination) {
    const request = { method: 'GET', path: `unknown-${randomUUID()}`, body: null } as const
    const headers = signatureFor(examination, examination.key, request)
    const status = await statusOf(examination, { ...request, headers })
    return status === 404 || status === 405 ? passed(`${status}`) : warned(String(status))
  },
}

/** How checks go on and end, searches, and behaviour under load (provider protocol 1.5, 1.9). */
export const templateExaminers: readonly Examiner[] = [
  polling,
  ready,
  completing,
  monitoring,
  searching('NO_HITS', 'can find nothing', (count, errors) => count === 0 && errors.length === 0),
  searching('ONE_HIT', 'can find one company', (count) => count === 1),
  searching('MANY_HITS', 'can find several companies', (count) => count > 1),
  searching('DRAWBRIDGE_KNOWS_NO_SUCH_RESULT', 'with an unknown demo result says so', (_count, errors) =>
    errors.includes('UNSUPPORTED_DEMO_RESULT'),
  ),
  malformed,
  unknownPath,
  concurrent,
  replyTime,
]
