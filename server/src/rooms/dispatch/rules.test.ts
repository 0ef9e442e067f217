import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CheckTemplate, ProviderAnswer } from '../../provider-kit/provider.ts'
import type { RunRow } from '../checks/index.ts'
import { providerInput } from './rules.ts'
import { keptAtProvider } from './rules-documents.ts'
import { afterCall, afterCallback, backoffMs, type Outcome } from './rules-run.ts'
import { freeSlots } from './rules-slots.ts'

const now = new Date('2026-11-02T09:00:00Z')
const later = new Date('2026-11-04T09:00:00Z')
const run: RunRow = {
  profileId: 'p',
  checkId: 'c',
  id: 'r',
  place: 0,
  provider: 'source',
  integrationId: null,
  state: 'CALLING',
  step: 'START',
  workClass: 0,
  nextAt: now,
  deadlineAt: later,
  epoch: 1,
  attempts: 0,
  polls: 0,
  referenceToken: null,
  conversation: null,
}
const conversation = { providerId: 'p', reference: 'r', customData: { a: 1 } }
const polling = { initialIntervalSeconds: 1, pollingIntervalSeconds: 2, pollsMax: 4 }
const templates: readonly CheckTemplate[] = [
  { type: 'ONE_TIME_SYNCHRONOUS', timeoutSeconds: 60 },
  { type: 'ONE_TIME_CALLBACK', requestTimeoutSeconds: 60, callbackTimeoutSeconds: 60 },
  { type: 'ONE_TIME_POLLING', requestTimeoutSeconds: 60, polling },
  { type: 'MONITORED_POLLING', requestTimeoutSeconds: 60, polling, updateIntervalSeconds: 120 },
]
const answer = (given: ProviderAnswer): Outcome => ({ kind: 'answer', answer: given })
const final = answer({
  state: 'final',
  output: {},
  result: null,
  errors: [],
  warnings: [],
  charges: [],
  externalResources: [],
})

const outcomes = fc.oneof(
  fc.constant(final),
  fc.constant<Outcome>({ kind: 'readied' }),
  fc.constant(answer({ state: 'started', ...conversation })),
  fc.constant(answer({ state: 'pending', customData: { b: 2 } })),
  fc
    .constantFrom('connection', 'timeout', 'status', 'reply', 'too-large', 'refused')
    .map((kind): Outcome => ({ kind: 'failure', failure: { kind: kind as 'connection', message: 'No' } })),
)
const runs = fc.record({
  step: fc.constantFrom('START', 'READY', 'COMPLETE', 'POLL').map((step) => step as RunRow['step']),
  attempts: fc.nat(20),
  polls: fc.nat(10),
  conversation: fc.constantFrom(null, conversation),
})

test('after any call a run either ends with an answer, or is due again before its deadline', () => {
  fc.assert(
    fc.property(
      runs,
      outcomes,
      fc.constantFrom(...templates),
      fc.boolean(),
      (given, outcome, template, hasNext) => {
        const next = afterCall({ ...run, ...given }, outcome, { template, now, hasNext })
        if (next.kind === 'ends') {
          expect(next.run.state).toBe('ENDED')
          expect(next.output.errors.length > 0 || outcome === final).toBe(true)
        } else {
          expect(['DUE', 'AWAITING_CALLBACK']).toContain(next.run.state)
          expect(next.run.nextAt.getTime()).toBeGreaterThanOrEqual(now.getTime())
          expect(next.run.nextAt.getTime()).toBeLessThan(later.getTime())
        }
      },
    ),
  )
})

test('whatever a provider answers, a run ends after a bounded number of calls, unless nobody can be reached', () => {
  const reached = outcomes.filter(
    (outcome) => outcome.kind !== 'failure' || outcome.failure.kind !== 'connection',
  )
  fc.assert(
    fc.property(fc.infiniteStream(reached), fc.constantFrom(...templates), (stream, template) => {
      let current = run
      for (let calls = 0; calls < 40; calls += 1) {
        const outcome = stream.next().value
        const told: Outcome =
          current.step === 'READY' && outcome.kind === 'answer' ? { kind: 'readied' } : outcome
        const next = afterCall(current, told, { template, now, hasNext: false })
        if (next.kind === 'ends') return
        current = next.run.state === 'AWAITING_CALLBACK' ? afterCallback(next.run, {}, now) : next.run
      }
      expect.fail('40 calls and no end')
    }),
  )
})

test('a run that reaches nobody is tried until its deadline, or until the next provider can take over', () => {
  const failure: Outcome = { kind: 'failure', failure: { kind: 'connection', message: 'No' } }
  const at = { template: templates[0] as CheckTemplate, now }
  expect(afterCall({ ...run, attempts: 50 }, failure, { ...at, hasNext: false }).kind).toBe('goes-on')
  expect(afterCall({ ...run, attempts: 2 }, failure, { ...at, hasNext: true }).kind).toBe('ends')
  const close = { ...run, attempts: 50, deadlineAt: new Date(now.getTime() + 1_000) }
  expect(afterCall(close, failure, { ...at, hasNext: false }).kind).toBe('ends')
})

test('a second callback, and one of a check that is polled, changes nothing', () => {
  const waiting: RunRow = { ...run, state: 'AWAITING_CALLBACK', step: 'READY', conversation }
  const once = afterCallback(waiting, { b: 2 }, now)
  expect(once).toMatchObject({ state: 'DUE', step: 'COMPLETE', conversation: { customData: { a: 1, b: 2 } } })
  expect(afterCallback(once, { c: 3 }, now)).toBe(once)
  const polled: RunRow = { ...waiting, step: 'POLL' }
  expect(afterCallback(polled, {}, now)).toBe(polled)
})

test('waiting between calls grows to five minutes', () => {
  expect([1, 2, 3, 4].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 8_000])
  expect(backoffMs(1_000)).toBe(300_000)
})

test('interactive work has every free slot, and a migration never more than its share of all', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(64),
      fc.nat(64),
      (slots, share, interactive, migration) => {
        const [forInteractive, forMigration] = freeSlots(slots, share, { interactive, migration })
        expect(forInteractive).toBe(Math.max(0, slots - interactive - migration))
        expect(forMigration).toBeLessThanOrEqual(forInteractive)
        if (forMigration > 0) expect(migration + forMigration).toBeLessThanOrEqual(Math.max(1, slots * share))
      },
    ),
  )
})

test('only the document that is to be verified is sent, and a fetch sends its token and a placeholder', () => {
  const data = { documents: [{ id: 'a' }, { id: 'b' }], external_refs: { other: 1 } }
  expect(providerInput('DOCUMENT_VERIFICATION', data, { document_id: 'b' }).documents).toEqual([{ id: 'b' }])
  const fetch = providerInput('DOCUMENT_FETCH', data, {
    reference: 'tok',
    placeholder_id: 'x',
    category: 'PROOF_OF_ADDRESS',
  })
  expect(fetch).toEqual({
    external_refs: { other: 1, generic: 'tok' },
    documents: [{ id: 'x', category: 'PROOF_OF_ADDRESS', document_type: 'UNKNOWN', images: [] }],
  })
})

test('what is at the provider only is fetched: not images that have an id here', () => {
  const images = [
    { provider_reference: 'a', image_type: 'BACK' },
    { id: 'known', provider_reference: 'b' },
  ]
  const files = [{ reference: 'f', type: 'VIDEO_FRAME' }, { reference: 'g', file_id: 'known' }, 'odd']
  expect(keptAtProvider({ images, files })).toEqual([
    { reference: 'a', what: { imageType: 'BACK' } },
    { reference: 'f', what: { fileType: 'VIDEO_FRAME' } },
  ])
})
