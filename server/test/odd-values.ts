import fc from 'fast-check'

const words = fc.constantFrom(
  'INDIVIDUAL',
  'COMPANY',
  'INDIVIDUAL_CUSTOMER',
  'COMPANY_ASSOCIATED',
  'APPROVED',
  'COMPLETED_PASS',
  'GBR',
  '1984-07-31',
  '2031-02-03 04:05:06',
  'PASSPORT',
  'PROOF_OF_IDENTITY',
  'FRONT',
  'AAAA',
  '\u0130\u00df\ufb01\u200d\ud83d\ude00',
  '%_\\\'"',
  '\u0001\u007f\ufffe',
)

/** Values of every kind, some that a field may take and more that it should refuse. */
export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  words,
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constant('x'.repeat(3_000)),
  fc.uuid(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
  fc.constant([]),
  fc.constant({}),
)

/** Every place in a document, by the keys that lead there. */
function placesIn(value: unknown, here: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [here]
  return [here, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...here, key]))]
}

function changedAt(value: unknown, place: readonly string[], by: unknown): unknown {
  const [key, ...rest] = place
  if (key === undefined) return by
  const inner: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
  const next = changedAt(inner, rest, by)
  if (Array.isArray(value)) return value.map((entry, at) => (String(at) === key ? next : entry))
  return { ...(value as object), [key]: next }
}

/** A document with one to three of its places changed into something else. */
export function damaged(document: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({ place: fc.constantFrom(...placesIn(document)), by: oddValue })
  return fc
    .array(change, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce((whole, { place, by }) => changedAt(whole, place, by), document))
}
