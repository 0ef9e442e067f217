import { family, type Telling, type Told } from './family.ts'
import type { DemoWords } from './words.ts'

/** How a check turns out that says yes, no, or something between. */
export type Verdict = 'pass' | 'refer' | 'fail' | 'none'

/** `FAIL`, `REFER` (or `1+1`) and `NODATA` steer; otherwise the check passes. */
function byWords(words: DemoWords): Verdict {
  if (words.has('FAIL')) return 'fail'
  if (words.has('NODATA')) return 'none'
  return words.has('REFER') || words.has('1+1') ? 'refer' : 'pass'
}

/** The demo results of check types that the public protocol does not describe: our extension. */
const byResult: Readonly<Record<string, Verdict>> = {
  PASS: 'pass',
  REFER: 'refer',
  FAIL: 'fail',
  NO_DATA: 'none',
}

/** A family of checks whose answer is a verdict. */
export function verdictFamily(tell: (telling: Telling<Verdict>) => Told) {
  return family<Verdict>({ byWords, byResult, tell })
}
