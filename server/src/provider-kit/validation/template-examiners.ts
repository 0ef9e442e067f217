import type { ProviderStarted } from '../provider.ts'
import { startedBody } from '../request-body.ts'
import { demoOrder, runDemo } from './demo-run.ts'
import {
  type Examination,
  type Examiner,
  failed,
  isSuccess,
  noDescription,
  passed,
  probe,
  providerOf,
  settled,
  skipped,
} from './examination.ts'

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
    if (description === null) return noDescription
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
    if (description === null) return noDescription
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

/** How checks go on and end (provider protocol 1.5). */
export const templateExaminers: readonly Examiner[] = [polling, ready, completing, monitoring]
