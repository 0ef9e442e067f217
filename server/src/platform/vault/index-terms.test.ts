import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  confirms,
  type IndexedProfile,
  indexTerms,
  indexTermsMax,
  queryTerms,
  tagTerms,
} from './index-terms.ts'

const texts = (profile: IndexedProfile) => indexTerms(profile).map((term) => term.text)

/** Whether the index rows of a profile hold, for every word of `q`, one of its terms. */
function found(profile: IndexedProfile, q: string, tags: string[] = []): boolean {
  const rows = new Set(
    [...indexTerms(profile), ...tags.flatMap(tagTerms)].map(({ kind, text }) => `${kind}/${text}`),
  )
  const words = queryTerms(q)
  const hit = words.every(({ terms }) => terms.some(({ kind, text }) => rows.has(`${kind}/${text}`)))
  return hit && confirms(words, profile, tags)
}

test('a name gives its words and their prefixes of 3, 4 and 6 letters', () => {
  expect(texts({ names: ['Rosalind Wu'] })).toEqual(['rosalind', 'wu', 'ros', 'rosa', 'rosali'])
})

test('accents, case and punctuation make no difference on either side', () => {
  const profile = { names: ["Zoë O'Brien-Łukasiewicz"] }
  for (const q of ['zoe', 'ZOË', "o'brien-lukasiewicz", 'obrien', 'Łukas', 'o’brien'])
    expect(found(profile, q)).toBe(true)
  expect(found(profile, 'lukasch')).toBe(false)
})

test('what is exact is found whole only: reference, number, e-mail, telephone, date of birth', () => {
  const profile = {
    names: ['Ada'],
    references: ['CUST-00123'],
    number: '01234567',
    email: 'ada@example.com',
    phone: '+44 20 7946 0958',
    dob: '1815-12-10',
  }
  for (const q of [
    'cust-00123',
    '01234567',
    'Ada@Example.com',
    '+44 20 7946 0958',
    '442079460958',
    '1815-12-10',
  ])
    expect(found(profile, q)).toBe(true)
  for (const q of ['cust-0012', '0123456', 'ada@example', '4420794', '1815'])
    expect(found(profile, q)).toBe(false)
})

test('a nationality is a filter and never mixes with names', () => {
  expect(indexTerms({ names: [], nationality: 'FRA' })).toEqual([{ kind: 'nationality', text: 'fra' }])
  expect(found({ names: ['Ada'], nationality: 'FRA' }, 'fra')).toBe(false)
})

test('tags are found by name and by word, apart from names', () => {
  expect(tagTerms('High risk')).toEqual([
    { kind: 'tag', text: 'highrisk' },
    { kind: 'tag', text: 'high' },
    { kind: 'tag', text: 'risk' },
  ])
  expect(found({ names: ['Ada'] }, 'ada high-risk', ['High risk'])).toBe(true)
  expect(found({ names: ['Ada'] }, 'ada low', ['High risk'])).toBe(false)
})

test('every beginning of three letters or more finds a name of two words', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'abcdefghij'), minLength: 1, maxLength: 14 })
  fc.assert(
    fc.property(letters, letters, fc.nat(13), (first, last, cut) => {
      const beginning = last.slice(0, Math.max(3, cut))
      expect(found({ names: [first, last] }, `${first} ${beginning}`)).toBe(true)
    }),
  )
})

test('a profile never has more than 16 terms, none empty, none twice', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 })
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 8 }),
      fc.array(text, { maxLength: 8 }),
      text,
      (names, references, email) => {
        const terms = indexTerms({ names, references, email })
        expect(terms.length).toBeLessThanOrEqual(indexTermsMax)
        expect(terms.every((term) => term.text !== '')).toBe(true)
        expect(new Set(terms.map(({ kind, text }) => `${kind}/${text}`)).size).toBe(terms.length)
      },
    ),
  )
})

test('when a name is too long for the index, whole words stay and prefixes of the last words go', () => {
  const terms = texts({ names: ['International Business Machines Corporation of Northern Ireland Limited'] })
  expect(terms.slice(0, 8)).toEqual([
    'international',
    'business',
    'machines',
    'corporation',
    'of',
    'northern',
    'ireland',
    'limited',
  ])
  expect(terms).toContain('intern')
  expect(terms).not.toContain('lim')
})

test('a search asks for whole words first, and takes a prefix only as a candidate', () => {
  expect(queryTerms('Smith')).toEqual([
    {
      word: 'smith',
      terms: [
        { kind: 'text', text: 'smith', confirm: false },
        { kind: 'tag', text: 'smith', confirm: false },
        { kind: 'text', text: 'smit', confirm: true },
      ],
    },
  ])
  expect(queryTerms('smit')[0]?.terms.map((term) => term.confirm)).toEqual([false, false])
  expect(found({ names: ['Smitty'] }, 'smith')).toBe(false)
})

test('a search without a letter or digit asks for nothing, and a long one for eight words', () => {
  expect(queryTerms(' -- !')).toEqual([])
  expect(queryTerms(Array.from({ length: 50 }, (_, at) => `word${at}`).join(' ')).length).toBe(8)
})
