import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentText, verdictOn } from './rules.ts'
import { hitsMax, matchesIn } from './rules-hits.ts'

const apiHit = {
  match_id: 'm-1',
  match_name: 'Mira Oduya',
  pep: { match: true, tier: 2 },
  sanctions: [{ name: 'A list' }],
  media: [{ title: 'News' }],
  aliases: ['M. Oduya'],
}
const protocolHit = {
  provider: { hit_id: 'h-1', label: 'Watch', name: 'Lists Ltd' },
  status: 'UNRESOLVED',
  flags: [{ type: 'PEP' }, { type: 'SANCTION' }, { type: 'PEP' }, { type: 'WATCHLIST' }],
  data: {
    name: 'Mira Oduya',
    confidence_score: 0.7,
    countries: [
      { type: 'NATIONALITY', country: 'GBR' },
      { type: 'UNKNOWN', country_code: 'FRA' },
    ],
    dates: [
      { type: 'DOB', date: '1970-01' },
      { type: 'END_OF_ASSOCIATION_TO_PEP', date: '2011' },
    ],
    pep: {
      tier: 1,
      roles: [{ name: 'Minister', tenure: { tenure_type: 'FORMER', start: '2001', end: '2004' } }],
    },
    sanctions: [
      { name: 'Frozen', issued_by: 'UN', list: { name: 'UN 1' }, time_periods: [{ start: '2004' }] },
    ],
    associates: [{ association: { label: 'Spouse' }, data: { name: 'Ann' }, flags: [{ type: 'PEP' }] }],
  },
}

test('a hit of the contract is one match for each of its flags, each with its own part only', () => {
  const { matches } = matchesIn({ sanctions_results: [apiHit] }, 'Demo')
  expect(matches.map((match) => match.data.event_type)).toEqual([
    'PEP_FLAG',
    'SANCTION_FLAG',
    'ADVERSE_MEDIA_FLAG',
  ])
  const [pep, sanction] = matches
  expect(pep?.data).toEqual({
    event_type: 'PEP_FLAG',
    match_id: 'm-1',
    match_name: 'Mira Oduya',
    provider_name: 'Demo',
    aliases: ['M. Oduya'],
    pep: { match: true, tier: 2 },
  })
  expect(sanction?.data).not.toHaveProperty('pep')
})

test('a hit of the provider protocol is shown in the names of the contract', () => {
  const { matches } = matchesIn({ screening_hits: [protocolHit] }, 'Demo')
  expect(matches.map((match) => match.data.event_type)).toEqual(['PEP_FLAG', 'SANCTION_FLAG'])
  expect(matches[0]?.data).toEqual({
    event_type: 'PEP_FLAG',
    match_id: 'h-1',
    match_name: 'Mira Oduya',
    provider_name: 'Lists Ltd',
    match_custom_label: 'Watch',
    score: 0.7,
    match_countries: ['GBR', 'FRA'],
    match_countries_data: [{ type: 'NATIONALITY', country_code: 'GBR' }],
    match_dates: ['1970-01', '2011'],
    match_dates_data: [
      { type: 'DOB', date: '1970-01' },
      { type: 'END_OF_RCA_TO_PEP', date: '2011' },
    ],
    pep: {
      match: true,
      tier: 1,
      roles: [{ name: 'Minister', from_date: '2001', to_date: '2004', is_current: false }],
    },
    associates: [{ name: 'Ann', association: 'Spouse', is_pep: true, is_sanction: false }],
  })
  expect(matches[1]?.data.sanctions).toEqual([
    { name: 'Frozen', issuer: 'UN', list: 'UN 1', time_periods: [{ from_date: '2004' }] },
  ])
})

test('a hit without a flag that is known is one to refer; what is no hit is left out', () => {
  const { matches } = matchesIn(
    {
      screening_hits: [{ ...protocolHit, flags: [{ type: 'WATCHLIST' }] }, 'x', { provider: {} }],
      sanctions_results: [{ match_id: 'm-2', pep: { match: false } }, { match_id: '' }],
      fraud_detection: { matches: [{ id: 'case-1', product: 'Loan' }, {}] },
    },
    'Demo',
  )
  expect(matches.map((match) => [match.matchId, match.data.event_type])).toEqual([
    ['m-2', 'REFER_FLAG'],
    ['h-1', 'REFER_FLAG'],
    ['case-1', 'FRAUD_FLAG'],
  ])
})

test.each([
  null,
  undefined,
  'x',
  7,
  [],
  { sanctions_results: 'x' },
  { screening_hits: {} },
  { fraud_detection: 1 },
])('an answer that says nothing of matches has none: %j', (output) => {
  expect(matchesIn(output, 'Demo')).toEqual({ matches: [], hitCount: 0 })
})

test('of more hits than are processed the first are taken, and all are counted', () => {
  const hits = Array.from({ length: hitsMax + 1 }, (_, index) => ({ match_id: `m-${index}` }))
  const found = matchesIn({ sanctions_results: hits }, 'Demo')
  expect([found.matches.length, found.hitCount]).toEqual([hitsMax, hitsMax + 1])
})

test('the same content in another order is the same, another score is no news, another word is', () => {
  const left = contentText({ event_type: 'PEP_FLAG', a: [{ x: 1, y: 2 }], score: 0.2 })
  expect(contentText({ score: 0.9, a: [{ y: 2, x: 1 }], event_type: 'PEP_FLAG' })).toBe(left)
  expect(contentText({ event_type: 'PEP_FLAG', a: [{ x: 1, y: 3 }] })).not.toBe(left)
})

test.each([
  // status, known resolution, same content, what happens
  ['UNRESOLVED', undefined, false, 'add UNRESOLVED'],
  ['MATCH', undefined, false, 'add UNRESOLVED'],
  ['MISMATCH', undefined, false, 'add MISMATCH'],
  ['UNRESOLVED', 'UNRESOLVED', true, 'keep'],
  ['UNRESOLVED', 'UNRESOLVED', false, 'change UNRESOLVED'],
  ['UNRESOLVED', 'IGNORE', true, 'keep'],
  ['UNRESOLVED', 'IGNORE', false, 'change UNRESOLVED'],
  ['UNRESOLVED', 'MISMATCH', false, 'change UNRESOLVED'],
  ['UNRESOLVED', 'MATCH', false, 'change MATCH'],
  ['UNRESOLVED', 'CREATED_TASK', false, 'change CREATED_TASK'],
  ['MISMATCH', 'UNRESOLVED', true, 'change MISMATCH'],
  ['MISMATCH', 'MATCH', true, 'keep'],
  ['MISMATCH', 'MATCH', false, 'change MATCH'],
  ['MISMATCH', 'IGNORE', false, 'change IGNORE'],
] as const)('found as %s, known as %s, same content %s: %s', (status, resolution, same, expected) => {
  const known = resolution && { resolution, contentToken: same ? 1n : 2n }
  const verdict = verdictOn({ status, contentToken: 1n }, known)
  expect(verdict.kind === 'keep' ? 'keep' : `${verdict.kind} ${verdict.resolution}`).toBe(expected)
})

test('whatever an answer holds, it is read, and never into more matches than are processed', () => {
  const part = fc.oneof(fc.jsonValue(), fc.constantFrom(apiHit, protocolHit))
  const answer = fc.record(
    {
      sanctions_results: fc.oneof(fc.jsonValue(), fc.array(part)),
      screening_hits: fc.oneof(
        fc.jsonValue(),
        fc.array(
          fc.record({ provider: fc.constant({ hit_id: 'h' }), flags: fc.jsonValue(), data: fc.jsonValue() }),
        ),
      ),
      fraud_detection: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(answer, fc.jsonValue()), (output) => {
      const { matches, hitCount } = matchesIn(output, 'Demo')
      expect(matches.length).toBeLessThanOrEqual(4 * Math.min(hitCount, hitsMax))
      for (const { matchId, data } of matches)
        expect([data.match_id, typeof data.event_type]).toEqual([matchId, 'string'])
    }),
  )
})

test('content is the same in whatever order its fields are', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (content) => {
      const reversed = Object.fromEntries(Object.entries(content).reverse())
      expect(contentText(reversed)).toBe(contentText(content))
    }),
  )
})
