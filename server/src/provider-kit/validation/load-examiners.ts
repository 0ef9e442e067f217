import { randomUUID } from 'node:crypto'
import { runDemo } from './demo-run.ts'
import {
  type Examiner,
  failed,
  noDescription,
  passed,
  signatureFor,
  statusOf,
  warned,
} from './examination.ts'

const CONCURRENT_CALLS = 5
const concurrent: Examiner = {
  name: 'load.concurrent',
  wanted: `${CONCURRENT_CALLS} checks at once are all answered`,
  async examine(examination) {
    if (examination.description === null) return noDescription
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
    if (description === null) return noDescription
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

/** Requests that make no sense, and many at once (provider protocol 1.9). */
export const loadExaminers: readonly Examiner[] = [malformed, unknownPath, concurrent, replyTime]
