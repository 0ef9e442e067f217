import type { CheckType } from '@drawbridge/schema/check.ts'
import {
  type DataProvider,
  type ProviderAnswer,
  ProviderFailure,
  type StartedOrder,
} from '../../provider-kit/provider.ts'
import { entityTypeOf } from '../../provider-kit/read-output.ts'
import { demoAnswer } from './answer.ts'
import { descriptionOf, isScreening, isWatched, localTemplate } from './description.ts'
import { demoFile } from './file.ts'
import { referenceOf, rememberedSubject } from './reference.ts'
import { monitoredScreening } from './screening.ts'
import { searchCompanies } from './search.ts'
import { seededUuid } from './seeded.ts'
import { subjectOf } from './subject.ts'

/**
 * The demo provider of a check type: invented answers, steered by words in the name (`1+1`, `FAIL`, `PEP` and so on)
 * and by `demo_result`. It answers in this process, makes no call and never charges. The same order has the same
 * answer. What can be monitored answers with the first poll, every other type at once.
 */
export function demoProvider(checkType: CheckType): DataProvider {
  return {
    isLocal: true,
    description: descriptionOf(checkType, localTemplate(checkType)),
    async start(order, signal) {
      stopIfAborted(signal)
      const { demoResult, config } = order
      const subject = subjectOf(order.input, entityTypeOf(checkType))
      const answer = demoAnswer({ checkType, subject, demoResult, config })
      if (!isWatched(checkType) || answer.errors.length > 0) return { state: 'final', ...answer }
      return {
        state: 'started',
        providerId: seededUuid('provider', checkType),
        reference: referenceOf(subject),
        customData: {},
      }
    },
    async poll(order, signal) {
      stopIfAborted(signal)
      return fromReference(checkType, order)
    },
    async ready(_order, signal) {
      stopIfAborted(signal)
    },
    async complete(order, signal) {
      stopIfAborted(signal)
      return fromReference(checkType, order)
    },
    async monitor(_order, signal) {
      stopIfAborted(signal)
    },
    async pollMonitored(order, signal) {
      stopIfAborted(signal)
      return fromReference(checkType, order, isScreening(checkType) ? monitoredScreening : undefined)
    },
    async search(order, signal) {
      stopIfAborted(signal)
      return searchCompanies(order)
    },
    async download(order, signal) {
      stopIfAborted(signal)
      return demoFile(order.fileReference)
    },
  }
}

function fromReference(
  checkType: CheckType,
  { reference, demoResult, config }: Omit<StartedOrder, 'checkId'>,
  family?: typeof monitoredScreening,
): ProviderAnswer {
  const subject = rememberedSubject(reference, checkType)
  return {
    state: 'final',
    ...demoAnswer({ checkType, subject, demoResult, config, ...(family !== undefined && { family }) }),
  }
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new ProviderFailure('timeout', 'The time for the answer of the demo provider is over.')
}
