import type { ProviderError, ProviderOutput } from '../../provider-kit/provider.ts'
import type { Subject } from './subject.ts'
import type { DemoWords } from './words.ts'

/** What a demo answer is made from: whom it is about, and how the answer is to turn out. */
export interface Telling<Plot> {
  readonly subject: Subject
  readonly plot: Plot
  readonly config: Readonly<Record<string, unknown>>
}

/** The output of one check type, and its result where the output does not say it. */
export interface Told {
  readonly output: Readonly<Record<string, unknown>> | null
  readonly result?: ProviderOutput['result']
  readonly errors?: readonly ProviderError[]
}

/** How checks of one kind are answered. A plot says how an answer turns out; words and demo results name plots. */
export interface Family {
  readonly demoResults: readonly string[]
  /** Undefined when the demo result is not known. A demo result that is null or `ANY` leaves it to the words. */
  answer(
    subject: Subject,
    demoResult: string | null,
    config: Readonly<Record<string, unknown>>,
  ): Told | undefined
}

/** A family from its plots: what the words ask for, what each demo result asks for, and the answer to tell. */
export function family<Plot>(parts: {
  readonly byWords: (words: DemoWords) => Plot
  readonly byResult: Readonly<Record<string, Plot>>
  readonly tell: (telling: Telling<Plot>) => Told
}): Family {
  const plots = new Map(Object.entries(parts.byResult))
  return {
    demoResults: [...plots.keys()],
    answer(subject, demoResult, config) {
      const plot =
        demoResult === null || demoResult === 'ANY' ? parts.byWords(subject.words) : plots.get(demoResult)
      return plot === undefined ? undefined : parts.tell({ subject, plot, config })
    },
  }
}
