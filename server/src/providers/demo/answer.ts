import type { CheckType } from '@drawbridge/schema/check.ts'
import { type ProviderError, ProviderFailure, type ProviderOutput } from '../../provider-kit/provider.ts'
import { familyOf } from './families.ts'
import type { Family, Told } from './family.ts'
import type { Subject } from './subject.ts'

/** What a demo answer depends on: nothing else counts, so the same order has the same answer. */
export interface DemoOrder {
  readonly checkType: CheckType
  readonly subject: Subject
  readonly demoResult: string | null
  readonly config: Readonly<Record<string, unknown>>
  /** How to answer, where it is not the usual family of the check type. */
  readonly family?: Family
}

const demoErrors: Readonly<Record<string, ProviderError>> = {
  ERROR_INVALID_CREDENTIALS: {
    type: 'INVALID_CREDENTIALS',
    message: 'The demo provider was asked to refuse the credentials.',
  },
  ERROR_ANY_PROVIDER_MESSAGE: {
    type: 'PROVIDER_MESSAGE',
    message: 'The demo provider was asked to fail with a message.',
  },
  ERROR_CONNECTION_TO_PROVIDER: {
    type: 'PROVIDER_CONNECTION',
    message: 'The demo provider was asked to say that its source cannot be reached.',
  },
}

/** Demo results that every check type knows and that change nothing of the answer itself. */
const neutralResults = new Set(['ANY_CHARGE', 'EXTERNAL_RESOURCE_LINK', 'EXTERNAL_RESOURCE_EMBED'])

/**
 * The answer to an order: what its demo result asks for, or without one what the words in the name ask for.
 * Raises `ProviderFailure` of kind `timeout` at once for `TIMEOUT`: this process is not to wait for it.
 */
export function demoAnswer(order: DemoOrder): ProviderOutput {
  const isSteeredByWords = order.demoResult === null || order.demoResult === 'ANY'
  if (isSteeredByWords && order.subject.words.has('TIMEOUT')) {
    throw new ProviderFailure('timeout', 'The demo provider did not answer: the name says TIMEOUT.')
  }
  if (isSteeredByWords && order.subject.words.has('ERROR')) {
    return failed({ type: 'PROVIDER_MESSAGE', message: 'The demo provider failed: the name says ERROR.' })
  }
  const error = demoErrors[order.demoResult ?? '']
  if (error !== undefined) return failed(error)
  return told(order)
}

function told(order: DemoOrder): ProviderOutput {
  const { checkType, subject, demoResult, config } = order
  const family = order.family ?? familyOf(checkType)
  if (family === undefined) {
    return failed({ type: 'INVALID_CONFIG', message: `No provider answers checks of the type ${checkType}.` })
  }
  const answer = family.answer(subject, neutralResults.has(demoResult ?? '') ? null : demoResult, config)
  if (answer === undefined) {
    return failed({
      type: 'UNSUPPORTED_DEMO_RESULT',
      message: `The demo provider has no demo result ${(demoResult ?? '').slice(0, 100)} for ${checkType}.`,
    })
  }
  return final(answer)
}

const failed = (error: ProviderError): ProviderOutput => final({ output: null, errors: [error] })

function final(told: Told): ProviderOutput {
  return {
    output: told.output,
    result: told.result ?? null,
    errors: told.errors ?? [],
    warnings: [],
    charges: [],
    externalResources: [],
    providerData: 'A demo answer: no live call was made.',
  }
}
