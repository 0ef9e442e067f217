import { isPeerObject, type PeerObject } from '../lenient.ts'
import type { ProviderOutput } from '../provider.ts'

/** A demo result of a check type, and what its answer must show. */
export interface DemoExpectation {
  readonly demoResult: string
  /** Other spellings that peers use for the same. */
  readonly alsoKnownAs?: readonly string[]
  readonly isRequired: boolean
  readonly wanted: string
  /** What is wrong with the answer; null when nothing is. */
  readonly judge: (answer: ProviderOutput) => string | null
}

/** The objects of a list; none when it is no list. */
export const objects = (value: unknown): PeerObject[] =>
  Array.isArray(value) ? value.filter(isPeerObject) : []
/** A field of an object; undefined when it is none. */
export const at = (value: unknown, name: string): unknown => (isPeerObject(value) ? value[name] : undefined)

/** Judges the output of an answer that must have no errors. */
export function fine(judge: (output: PeerObject) => string | null) {
  return (answer: ProviderOutput) => {
    const [error] = answer.errors
    if (error) return `the error ${error.type}`
    return judge(answer.output ?? {})
  }
}

/** Only errors are wrong. */
export const anything = fine(() => null)

/** An answer that must report an error of a type. */
export const erring = (demoResult: string, type: string, isRequired = true): DemoExpectation => ({
  demoResult,
  isRequired,
  wanted: `answers with 200 and the error ${type}`,
  judge: ({ errors }) => {
    if (errors.some((error) => error.type === type)) return null
    return errors.length === 0 ? 'no error' : `the error ${errors[0]?.type}`
  },
})
