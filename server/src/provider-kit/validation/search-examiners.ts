import { demoOrder } from './demo-run.ts'
import { type Examiner, failed, noDescription, passed, providerOf, settled, skipped } from './examination.ts'

function searching(
  demoResult: string,
  wanted: string,
  holds: (count: number, errors: readonly string[]) => boolean,
): Examiner {
  return {
    name: `search.${demoResult}`,
    wanted: `a search ${wanted}`,
    async examine(examination) {
      const provider = providerOf(examination)
      if (provider === null) return noDescription
      const { supportedFeatures, supportedCountries } = provider.description
      if (!supportedFeatures.includes('COMPANY_SEARCH'))
        return skipped('the feature COMPANY_SEARCH is not declared')
      const { checkId: _checkId, ...order } = demoOrder(examination, { demoResult })
      const country = supportedCountries[0] ?? 'GBR'
      return settled(async () => {
        const asked = { ...order, query: 'Kestrel Lane', country, state: null }
        const { candidates, errors } = await provider.search(asked, examination.signal)
        const types = errors.map(({ type }) => type)
        const found = types.length > 0 ? types.join(', ') : `${candidates.length} candidates`
        return holds(candidates.length, types) ? passed(found) : failed(found)
      })
    },
  }
}

/** What a search for companies is asked (provider protocol 1.6). */
export const searchExaminers: readonly Examiner[] = [
  searching('NO_HITS', 'can find nothing', (count, errors) => count === 0 && errors.length === 0),
  searching('ONE_HIT', 'can find one company', (count) => count === 1),
  searching('MANY_HITS', 'can find several companies', (count) => count > 1),
  searching('DRAWBRIDGE_KNOWS_NO_SUCH_RESULT', 'with an unknown demo result says so', (_count, errors) =>
    errors.includes('UNSUPPORTED_DEMO_RESULT'),
  ),
]
