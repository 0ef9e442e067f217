import { isPeerObject } from '../lenient.ts'
import type { ProviderOutput } from '../provider.ts'
import type { DemoExpectation } from './demo-expectation.ts'
import { demoExpectations } from './demo-results.ts'
import { type DemoRun, runDemo } from './demo-run.ts'
import {
  type Examination,
  type Examiner,
  type Finding,
  failed,
  passed,
  skipped,
  warned,
} from './examination.ts'

const UNKNOWN = 'DRAWBRIDGE_KNOWS_NO_SUCH_RESULT'
const UNSUPPORTED = 'UNSUPPORTED_DEMO_RESULT'
const SUMMARY_MAX = 450
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const isUnsupported = ({ answer }: DemoRun) => (answer?.errors ?? []).some(({ type }) => type === UNSUPPORTED)

async function runFirstKnown(examination: Examination, expectation: DemoExpectation): Promise<DemoRun> {
  const run = await runDemo(examination, expectation)
  const [other] = expectation.alsoKnownAs ?? []
  if (other === undefined || !isUnsupported(run)) return run
  return runDemo(examination, { demoResult: other })
}

function demoExaminer(expectation: DemoExpectation): Examiner {
  return {
    name: `demo.${expectation.demoResult}`,
    wanted: expectation.wanted,
    async examine(examination) {
      const run = await runFirstKnown(examination, expectation)
      if (run.answer === null) return failed(run.problem)
      if (isUnsupported(run) && !expectation.isRequired) return skipped('not supported, and not required')
      const wrong = expectation.judge(run.answer)
      if (wrong === null) return passed(`as wanted, after ${run.milliseconds} ms`)
      return expectation.isRequired ? failed(wrong) : warned(wrong)
    },
  }
}

const unknownResult: Examiner = {
  name: 'demo.unknown',
  wanted: `an unknown demo result is answered with 200 and the error ${UNSUPPORTED}`,
  async examine(examination) {
    const run = await runDemo(examination, { demoResult: UNKNOWN })
    if (run.answer === null) return failed(run.problem)
    return isUnsupported(run) ? passed(UNSUPPORTED) : failed(run.answer.errors[0]?.type ?? 'no error')
  },
}

const chargesOfResold: Examiner = {
  name: 'demo.ANY_CHARGE',
  wanted: 'a resold check has a charge, and together no more than the maximum cost',
  async examine(examination) {
    const maximum = examination.description?.maximumCost ?? 0
    if (!examination.description?.supportsReselling || maximum === 0) return skipped('it is not resold')
    const run = await runDemo(examination, { demoResult: 'ANY_CHARGE', relationship: 'RESOLD' })
    if (run.answer === null) return failed(run.problem)
    const sum = chargesOf(run.raw).reduce((total, amount) => total + amount, 0)
    if (!(sum > 0)) return failed('no charge')
    return sum <= maximum ? passed(`${sum} credits`) : failed(`${sum} credits, of at most ${maximum}`)
  },
}

/** The amounts as they came: the reading of an answer leaves charges of demo checks out. */
function chargesOf(raw: unknown): number[] {
  const charges = isPeerObject(raw) && Array.isArray(raw.charges) ? raw.charges : []
  return charges.map((charge) => (isPeerObject(charge) ? Number(charge.amount) : Number.NaN))
}

const chargesOfDirect: Examiner = {
  name: 'answer.charges',
  wanted: "a check on the account's own contract has no charge",
  async examine(examination) {
    const run = await runDemo(examination, { demoResult: 'ANY' })
    if (run.answer === null) return failed(run.problem)
    return chargesOf(run.raw).some((amount) => amount !== 0)
      ? warned('a charge, which is left out')
      : passed('none')
  },
}

const lists: Examiner = {
  name: 'answer.lists',
  wanted: 'errors and warnings are lists in every answer',
  async examine(examination) {
    const { raw, problem } = await runDemo(examination, { demoResult: 'ANY' })
    if (!isPeerObject(raw)) return failed(problem)
    const absent = ['errors', 'warnings'].filter((name) => !Array.isArray(raw[name]))
    return absent.length === 0 ? passed('as wanted') : warned(`no list: ${absent.join(', ')}`)
  },
}

const errorsShape: Examiner = {
  name: 'answer.errors',
  wanted: 'an error has a type and a message, and is not nested',
  async examine(examination) {
    const { raw, problem } = await runDemo(examination, { demoResult: 'ERROR_INVALID_CREDENTIALS' })
    const errors = isPeerObject(raw) ? raw.errors : undefined
    if (!Array.isArray(errors) || errors.length === 0) return failed(problem || 'no list of errors')
    const hasWords = (error: unknown) =>
      isPeerObject(error) && typeof error.type === 'string' && typeof error.message === 'string'
    return errors.every(hasWords)
      ? passed(`${errors.length}`)
      : warned('another form, which is read leniently')
  },
}

const providerData: Examiner = {
  name: 'answer.provider-data',
  wanted: 'provider_data says that a demo check made no live call',
  async examine(examination) {
    const { answer, problem } = await runDemo(examination, { demoResult: 'ANY' })
    if (answer === null) return failed(problem)
    return answer.providerData === undefined || answer.providerData === null
      ? warned('nothing')
      : passed('provider_data')
  },
}

const startedNames: Examiner = {
  name: 'template.start',
  wanted: 'a check that goes on is named by provider_id (a UUID) and reference',
  async examine(examination) {
    if (examination.description?.template.type === 'ONE_TIME_SYNCHRONOUS')
      return skipped('checks are answered at once')
    const { started, problem } = await runDemo(examination, { demoResult: 'ANY' })
    if (started === null) return failed(problem || 'an answer that does not go on')
    return UUID.test(started.providerId) ? passed('both') : warned('a provider_id that is no UUID')
  },
}

const customResult: Examiner = {
  name: 'custom.result',
  wanted: `result has a decision and a summary of 1 to ${SUMMARY_MAX} characters`,
  async examine(examination) {
    if (!examination.description?.checkType.endsWith('_CUSTOM')) return skipped('it is no custom check')
    const { answer, raw, problem } = await runDemo(examination, { demoResult: 'ANY' })
    return answer === null ? failed(problem) : judgeResult(answer, raw)
  },
}

function judgeResult({ result }: ProviderOutput, raw: unknown): Finding {
  const told = isPeerObject(raw) && isPeerObject(raw.result) ? raw.result : {}
  if (result === null || typeof result === 'string') return failed('no decision')
  if (typeof told.summary !== 'string' || told.summary.trim() === '')
    return failed('no summary beside the output')
  if (told.summary.length > SUMMARY_MAX) return failed(`a summary of ${told.summary.length} characters`)
  return passed(result.decision)
}

/** What the demo checks of an integration are asked (provider protocol 1.5, 1.6). */
export function demoExaminers(examination: Examination): readonly Examiner[] {
  const expected = examination.description === null ? [] : demoExpectations(examination.description)
  return [
    ...expected.map(demoExaminer),
    unknownResult,
    chargesOfResold,
    chargesOfDirect,
    lists,
    errorsShape,
    providerData,
    startedNames,
    customResult,
  ]
}
