import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProviderFailure } from './provider.ts'
import {
  type AnswerRules,
  mergeCustomData,
  readAcknowledgement,
  readFinal,
  readPoll,
  readSearch,
  readStart,
} from './read-answer.ts'

const rules: AnswerRules = {
  checkType: 'IDENTITY_CHECK',
  outputCustomFields: {},
  relationship: 'RESOLD',
  demoResult: null,
  maximumCost: 200,
}
const screening = { ...rules, checkType: 'PEPS_AND_SANCTIONS_SCREEN' } as const
const custom = { ...rules, checkType: 'COMPANY_CUSTOM' } as const

function failureOf(read: () => unknown): ProviderFailure {
  try {
    read()
  } catch (error) {
    if (error instanceof ProviderFailure) return error
    throw error
  }
  throw new Error('it was read')
}

/** The fields of the protocol, so that chance gets past the first look. */
const fields = [
  ...[
    'errors',
    'warnings',
    'charges',
    'external_resources',
    'check_output',
    'result',
    'pending',
    'reference',
  ],
  ...['provider_id', 'custom_data', 'search_output', 'screening_hits', 'provider', 'hit_id', 'flags', 'data'],
  ...['name', 'number', 'type', 'message', 'amount', 'decision', 'summary', 'countries', 'matches', 'url'],
]
const { peerJson } = fc.letrec((tie) => ({
  peerJson: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, 'PASS', 'LINK', '7', -1, 3.5, ''),
    fc.array(tie('peerJson'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...fields), tie('peerJson'), { maxKeys: 6 }),
  ),
}))
const anyJson = fc.oneof(peerJson, fc.jsonValue())

test('whatever a peer answers, it is read or is one clear failure, and what is read is bounded', () => {
  const isKnown = (state: string) => ['final', 'started', 'pending'].includes(state)
  fc.assert(
    fc.property(anyJson, fc.constantFrom(rules, screening, custom), (value, asked) => {
      for (const read of [readFinal, readStart, (v: unknown, r: AnswerRules) => readPoll(v, r, {})]) {
        try {
          const answer = read(value, asked)
          expect(isKnown(answer.state)).toBe(true)
          if (answer.state !== 'final') continue
          expect(answer.errors.every(({ type, message }) => type.length > 0 && message.length <= 2_000)).toBe(
            true,
          )
          if (answer.errors.length > 0) expect(answer.output).toBeNull()
        } catch (error) {
          expect(error).toMatchObject({ kind: 'reply', message: expect.stringMatching(/^The .*: .+/) })
          expect(error).toBeInstanceOf(ProviderFailure)
        }
      }
    }),
    { numRuns: 500 },
  )
})

test('whatever a peer answers to a search or a handshake, it is read or is one clear failure', () => {
  fc.assert(
    fc.property(anyJson, (value) => {
      for (const read of [
        () => readSearch(value, 'GBR').candidates.length,
        () => readAcknowledgement(value),
      ]) {
        try {
          read()
        } catch (error) {
          expect(error).toBeInstanceOf(ProviderFailure)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('errors are read however deeply they are nested, and an answer with errors is nothing else', () => {
  const error = { type: 'MISSING_CHECK_INPUT', sub_type: 'X', message: 'No date', data: { field: 'DOB' } }
  const answer = { errors: [[error]], check_output: { a: 1 }, charges: [{ amount: 9 }], result: 'Pass' }
  expect(readFinal(answer, rules)).toEqual({
    state: 'final',
    output: null,
    result: null,
    errors: [{ type: 'MISSING_CHECK_INPUT', subType: 'X', message: 'No date', data: { field: 'DOB' } }],
    warnings: [],
    charges: [],
    externalResources: [],
  })
  expect(readStart({ errors: [error] }, rules)).toMatchObject({ state: 'final', output: null })
  expect(readPoll({ pending: true, errors: [error] }, rules, {})).toMatchObject({ state: 'final' })
})

test('an error that cannot be read is still an error', () => {
  for (const errors of [['no'], [7], [{}], [{ type: [], message: {} }], 'no', {}, [null]])
    expect(readFinal({ errors, check_output: {} }, rules)).toMatchObject({ errors: [{}], output: null })
  for (const errors of [null, [], [[]], undefined])
    expect(readFinal({ errors, check_output: {} }, rules)).toMatchObject({ errors: [], output: {} })
})

test('no output and no errors means that nothing was found', () => {
  expect(readFinal({ check_output: null, errors: [] }, rules)).toMatchObject({ output: null, result: null })
  expect(readFinal({ result: '2+2', errors: [] }, rules)).toMatchObject({ output: null, result: '2+2' })
})

test('fields of the output that nobody knows are kept', () => {
  const check_output = {
    entity_type: 'INDIVIDUAL',
    electronic_id_check: { matches: [{ x: 1 }], y: 2 },
    z: [3],
  }
  expect(readFinal({ check_output, errors: [] }, rules)).toMatchObject({ output: check_output })
})

test('a screening hit has an id, a name, flags and a status, and its countries are called so', () => {
  const hit = {
    provider: { hit_id: 7, name: 'List' },
    status: 'odd',
    data: { name: 'Mira Oduya', countries: [{ type: 'NATIONALITY', country_code: 'GBR' }], score: 1 },
  }
  expect(readFinal({ check_output: { screening_hits: [hit] }, errors: [] }, screening)).toMatchObject({
    output: {
      entity_type: 'INDIVIDUAL',
      screening_hits: [
        {
          provider: { hit_id: '7', name: 'List' },
          status: 'UNRESOLVED',
          flags: [],
          data: { name: 'Mira Oduya', countries: [{ type: 'NATIONALITY', country: 'GBR' }], score: 1 },
        },
      ],
    },
  })
  expect(readFinal({ check_output: {} }, screening)).toMatchObject({ output: { screening_hits: [] } })
  const unnamed = { check_output: { screening_hits: [{ provider: {}, data: { name: 'A' } }] } }
  expect(failureOf(() => readFinal(unnamed, screening)).message).toBe(
    'The output of the PEPS_AND_SANCTIONS_SCREEN check cannot be read: screening_hits.0.provider.hit_id is missing or of the wrong kind',
  )
})

test('a custom check needs a decision, beside the output or within it, and its summary is cut', () => {
  const result = { decision: 'pass', summary: 'x'.repeat(900) }
  const read = { result: { decision: 'PASS', summary: 'x'.repeat(450) } }
  expect(readFinal({ result }, custom)).toMatchObject(read)
  expect(readFinal({ check_output: { result } }, custom)).toMatchObject(read)
  expect(readFinal({ check_output: { decision: 'FAIL', summary: 'no' } }, custom)).toMatchObject({
    result: { decision: 'FAIL', summary: 'no' },
  })
  expect(failureOf(() => readFinal({}, custom)).kind).toBe('reply')
  expect(failureOf(() => readFinal({ result: { decision: 'MAYBE', summary: '' } }, custom)).kind).toBe(
    'reply',
  )
})

test('custom fields are kept when they were declared and hold what they were declared to hold', () => {
  const declared = {
    ...rules,
    outputCustomFields: {
      n_score: { type: 'DECIMAL', label: 'Score' },
      b_ok: { type: 'BOOLEAN', label: 'Fine' },
      s_word: { type: 'STRING', label: 'Word' },
      s_none: { type: 'STRING', label: 'None' },
    },
  } as const
  const custom_fields_data = { n_score: 0.5, b_ok: 'yes', s_word: 'x'.repeat(1025), s_none: null, n_other: 1 }
  expect(readFinal({ check_output: { custom_fields_data } }, declared)).toMatchObject({
    output: { custom_fields_data: { n_score: 0.5, s_none: null } },
  })
  const read = readFinal({ check_output: { custom_fields_data: { constructor: 'x' } } }, declared)
  expect(read).toMatchObject({ output: { custom_fields_data: {} } })
})

test('a charge that is no whole number from 0 is a failure where it would be paid, and nothing where not', () => {
  for (const amount of [-1, 0.5, 'free', null]) {
    const answer = { charges: [{ amount }], check_output: {} }
    expect(failureOf(() => readFinal(answer, rules)).message).toContain('charges')
    expect(readFinal(answer, { ...rules, relationship: 'DIRECT' })).toMatchObject({ charges: [] })
  }
})

test('a page of the provider is shown only at a web address', () => {
  const page = { type: 'LINK', url: 'https://p.example/x', id: 'a', label: 'Report' }
  const external_resources = [page, { ...page, url: 'javascript:alert(1)' }, { ...page, type: 'POPUP' }]
  expect(readFinal({ external_resources }, rules)).toMatchObject({
    externalResources: [page],
    warnings: [{ type: 'EXTERNAL_RESOURCE_REFUSED' }],
  })
})

test('a started check has names at its provider, or the answer is a failure', () => {
  expect(readStart({ provider_id: 7, reference: 'r' }, rules)).toEqual({
    state: 'started',
    providerId: '7',
    reference: 'r',
    customData: {},
  })
  for (const answer of [{}, { provider_id: 'a' }, { provider_id: '', reference: 'r' }])
    expect(failureOf(() => readStart(answer, rules)).kind).toBe('reply')
})

test('a poll says whether it is pending, or else by its output', () => {
  expect(readPoll({ pending: 'true' }, rules, { a: 1 })).toEqual({ state: 'pending', customData: { a: 1 } })
  expect(readPoll({ custom_data: { a: 2, b: 3 } }, rules, { a: 1, c: 4 })).toEqual({
    state: 'pending',
    customData: { a: 2, b: 3, c: 4 },
  })
  expect(readPoll({ check_output: {} }, rules, {})).toMatchObject({ state: 'final' })
  expect(readPoll({ pending: false }, rules, {})).toMatchObject({ state: 'final', output: null })
  expect(failureOf(() => readPoll({ pending: 'perhaps' }, rules, {})).kind).toBe('reply')
})

test('a failure names the field and never what stood in it', () => {
  const { message } = failureOf(() => readFinal({ check_output: 'Mira Oduya, born 1990' }, rules))
  expect(message).toBe(
    'The output of the IDENTITY_CHECK check cannot be read: it is missing or of the wrong kind',
  )
  expect(failureOf(() => mergeCustomData({}, ['secret'])).message).not.toContain('secret')
})
