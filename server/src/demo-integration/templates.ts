import { CheckType } from '@drawbridge/schema/check.ts'
import type { CheckTemplate } from '../provider-kit/provider.ts'

const polling = { initialIntervalSeconds: 0, pollingIntervalSeconds: 1, pollsMax: 10 }

const templates = {
  ONE_TIME_SYNCHRONOUS: { type: 'ONE_TIME_SYNCHRONOUS', timeoutSeconds: 60 },
  ONE_TIME_CALLBACK: { type: 'ONE_TIME_CALLBACK', requestTimeoutSeconds: 60, callbackTimeoutSeconds: 120 },
  ONE_TIME_POLLING: { type: 'ONE_TIME_POLLING', requestTimeoutSeconds: 60, polling },
  MONITORED_POLLING: {
    type: 'MONITORED_POLLING',
    requestTimeoutSeconds: 60,
    polling,
    updateIntervalSeconds: 120,
  },
} as const satisfies Readonly<Record<CheckTemplate['type'], CheckTemplate>>

/** The name of a check template. */
export type TemplateName = keyof typeof templates

const templateNames: readonly TemplateName[] = [
  'ONE_TIME_SYNCHRONOUS',
  'ONE_TIME_CALLBACK',
  'ONE_TIME_POLLING',
  'MONITORED_POLLING',
]

/** A template with another time between polls; as it is where nothing is polled. */
export function polledEvery(seconds: number, template: CheckTemplate): CheckTemplate {
  if (!('polling' in template)) return template
  return { ...template, polling: { ...template.polling, pollingIntervalSeconds: seconds } }
}

/** The check types that an integration can answer: all but forms, which persons fill in. */
export const servedTypes = CheckType.options.filter((type) => !type.endsWith('_MANUAL_FORM'))

/** Which integration a path is for, and what is asked of it. */
export interface Place {
  readonly checkType: CheckType
  readonly template: CheckTemplate
  /** The path of its base address, with a slash at both ends. */
  readonly base: string
  /** What follows the base, without the query. */
  readonly call: string
}

const isWatched = /_SCREEN$|^COMPANY_MERCHANT_/

/** The template by which checks of a type are answered, unless the base address names another. */
function usualTemplate(checkType: CheckType): TemplateName {
  if (/^(COMPANY_)?DOCUMENT_/.test(checkType)) return 'ONE_TIME_CALLBACK'
  return isWatched.test(checkType) ? 'MONITORED_POLLING' : 'ONE_TIME_SYNCHRONOUS'
}

/** The path of the integration for a check type; with a template, of the one that answers by it. */
export function basePath(checkType: CheckType, template?: TemplateName): string {
  return template === undefined ? `/${checkType}/` : `/${template}/${checkType}/`
}

/** What a path asks for; undefined when it is of no integration here. */
export function placeOf(path: string): Place | undefined {
  const [, named, type, call] = /^\/(?:([A-Z]+_[A-Z]+(?:_[A-Z]+)?)\/)?([A-Z_]+)\/(.*)$/.exec(path) ?? []
  const checkType = servedTypes.find((served) => served === type)
  if (checkType === undefined || call === undefined) return undefined
  const usual = usualTemplate(checkType)
  const name = named === undefined ? usual : templateNames.find((template) => template === named)
  // Only what is monitored by itself can be: nothing else has an answer that changes.
  if (name === undefined || (name === 'MONITORED_POLLING' && usual !== name)) return undefined
  return { checkType, template: templates[name], base: path.slice(0, path.length - call.length), call }
}
