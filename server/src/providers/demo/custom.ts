import { family } from './family.ts'
import type { DemoWords } from './words.ts'

/** How a custom check turns out. */
interface CustomPlot {
  readonly decision: 'PASS' | 'FAIL' | 'PARTIAL' | 'WARN'
  readonly hasFields?: boolean
}

function byWords(words: DemoWords): CustomPlot {
  if (words.has('FAIL') || words.has('NODATA')) return { decision: 'FAIL' }
  if (words.has('1+1')) return { decision: 'PARTIAL' }
  return { decision: words.has('REFER') ? 'WARN' : 'PASS' }
}

/** Checks of the account's own: a decision and a summary. `FAIL`, `1+1` and `REFER` steer. */
export const custom = family<CustomPlot>({
  byWords,
  byResult: {
    PASS: { decision: 'PASS' },
    FAIL: { decision: 'FAIL' },
    PARTIAL: { decision: 'PARTIAL' },
    WARN: { decision: 'WARN' },
    CUSTOM_DATA_OUTPUT: { decision: 'PASS', hasFields: true },
  },
  tell: ({ subject, plot }) => ({
    output: {
      entity_type: subject.entityType,
      ...(plot.hasFields === true && {
        custom_fields_data: { s_note: 'Invented for a demo check.', b_seen: true, n_score: 0.5 },
      }),
    },
    result: { decision: plot.decision, summary: `The demo provider decided ${plot.decision}.` },
  }),
})
