import { CheckType } from '@drawbridge/schema/check.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DataProvider, type ProviderAnswer, ProviderFailure } from '../../provider-kit/provider.ts'
import { familyOf } from './families.ts'
import { demoProvider } from './index.ts'
import { companyInput, individualInput } from './input.test-kit.ts'
import { outputShapes } from './output-shapes.test-kit.ts'
import { demoWords, wordsOf } from './words.ts'

const answeredTypes = CheckType.options.filter((type) => familyOf(type) !== undefined)
const signal = new AbortController().signal
const order = {
  checkId: '11111111-1111-4111-8111-111111111111',
  demoResult: null,
  relationship: 'DIRECT',
  config: {},
  credentials: null,
} as const

type Input = Readonly<Record<string, unknown>>

async function finalAnswer(provider: DataProvider, input: Input, demoResult: string | null = null) {
  const answer = await provider.start({ ...order, input, demoResult }, signal)
  return answer.state === 'started' ? provider.poll({ ...order, ...answer, demoResult }, signal) : answer
}

function ask(type: CheckType, words: string, demoResult: string | null = null) {
  const input = type.startsWith('COMPANY_') ? companyInput(words) : individualInput(words)
  return finalAnswer(demoProvider(type), input, demoResult)
}

function finalOf(answer: ProviderAnswer) {
  if (answer.state !== 'final') throw new Error(`The answer is ${answer.state}, not final.`)
  return answer
}

const jsonWord = fc.oneof(
  fc.constantFrom(...demoWords),
  fc.constantFrom('Ada', 'ÅSA', '', ' ', '\u0000', 'x'.repeat(1200)),
  fc.string(),
)

const hostile: fc.Arbitrary<Input> = fc.oneof(
  fc.dictionary(
    fc.constantFrom('personal_details', 'metadata', 'documents', 'address_history', 'banking_details'),
    fc.jsonValue(),
  ) as fc.Arbitrary<Input>,
  fc.array(jsonWord, { maxLength: 5 }).map((words) => individualInput(words.join(' '))),
  fc.array(jsonWord, { maxLength: 5 }).map((words) => companyInput(words.join(' '))),
)

describe.each(answeredTypes)('%s', (type) => {
  test('whatever the input, an answer has an error, nothing, or output as the contract shapes it', async () => {
    const results = fc.constantFrom(null, 'ANY', ...(familyOf(type)?.demoResults ?? []))
    const shape = outputShapes[type]
    await fc.assert(
      fc.asyncProperty(hostile, results, async (input, demoResult) => {
        const answer = await finalAnswer(demoProvider(type), input, demoResult).catch(
          (error: unknown) => error,
        )
        if (answer instanceof ProviderFailure) {
          expect(answer.kind).toBe('timeout')
          return
        }
        const { output, errors } = finalOf(answer as ProviderAnswer)
        if (errors.length > 0 || output === null) return
        const read = shape?.safeParse(JSON.parse(JSON.stringify(output)))
        expect(read?.error?.issues).toBeUndefined()
        expect(read?.success).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('the same order has the same answer, which says that no call was made and costs nothing', async () => {
    const [first, second] = [await ask(type, 'Pep Sanction 1+1'), await ask(type, 'Pep Sanction 1+1')]
    expect(second).toEqual(first)
    expect(finalOf(first)).toMatchObject({
      charges: [],
      providerData: expect.stringContaining('no live call'),
    })
  })

  test('each demo result is known, and another one is refused by name', async () => {
    for (const result of [...(familyOf(type)?.demoResults ?? []), 'ANY', 'ANY_CHARGE']) {
      const types = finalOf(await ask(type, '', result)).errors.map((error) => error.type)
      expect(types, result).not.toContain('UNSUPPORTED_DEMO_RESULT')
    }
    expect(finalOf(await ask(type, '', 'NO_SUCH_RESULT')).errors).toMatchObject([
      { type: 'UNSUPPORTED_DEMO_RESULT', message: expect.stringContaining('NO_SUCH_RESULT') },
    ])
    expect(finalOf(await ask(type, '', 'ERROR_INVALID_CREDENTIALS')).errors).toMatchObject([
      { type: 'INVALID_CREDENTIALS' },
    ])
  })

  test('ERROR answers with an error, TIMEOUT fails at once, and a call that was given up is not answered', async () => {
    expect(finalOf(await ask(type, 'error')).errors).toMatchObject([{ type: 'PROVIDER_MESSAGE' }])
    await expect(ask(type, 'Timeout')).rejects.toMatchObject({ kind: 'timeout' })
    const start = demoProvider(type).start({ ...order, input: {} }, AbortSignal.abort())
    await expect(start).rejects.toMatchObject({ kind: 'timeout' })
  })
})

test('words are told from other words: whole, in any case, with punctuation around', () => {
  expect([...wordsOf(['Ada pep,', '(Media) 1+1'])]).toEqual(['PEP', 'MEDIA', '1+1'])
  expect([...wordsOf(['monitor-pep'])]).toEqual(['MONITOR-PEP'])
  expect([...wordsOf(['Pepper Smith-PEP Failing 1+1+1'])]).toEqual([])
})

test('a form is answered by nobody, and says so', async () => {
  expect(finalOf(await ask('INDIVIDUAL_MANUAL_FORM', '')).errors).toMatchObject([{ type: 'INVALID_CONFIG' }])
})

describe('screening', () => {
  const provider = demoProvider('PEPS_AND_SANCTIONS_SCREEN')
  const hitsOf = (answer: ProviderAnswer) =>
    (
      finalOf(answer).output as {
        screening_hits: { provider: { hit_id: string }; flags: { type: string }[] }[]
      }
    ).screening_hits

  test.each([
    ['', []],
    ['pep', [['PEP']]],
    ['Media SANCTION', [['SANCTION'], ['ADVERSE_MEDIA']]],
    ['refer', [['REFER']]],
    ['monitor-pep', []],
  ])('the words %j find %j', async (words, flags) => {
    const hits = hitsOf(await ask('PEPS_AND_SANCTIONS_SCREEN', words))
    expect(hits.map((hit) => hit.flags.map((flag) => flag.type))).toEqual(flags)
  })

  test('all flags may stand on one hit or on one each', async () => {
    const same = hitsOf(await ask('PEPS_AND_SANCTIONS_SCREEN', '', 'SCREEN_ALL_FLAGS_SAME_HIT'))
    const apart = hitsOf(await ask('PEPS_AND_SANCTIONS_SCREEN', '', 'SCREEN_ALL_FLAGS_SEPARATE_HITS'))
    expect([same.length, same[0]?.flags.length, apart.length]).toEqual([1, 4, 4])
  })

  test('MONITOR-PEP is clear at first; monitoring finds what was there, unchanged, and one new PEP', async () => {
    const input = individualInput('sanction Monitor-PEP')
    const started = await provider.start({ ...order, input }, signal)
    if (started.state !== 'started') throw new Error('A screening answers in steps.')
    const before = hitsOf(await provider.poll({ ...order, ...started }, signal))
    const later = hitsOf(await provider.pollMonitored({ ...order, ...started }, signal))
    expect(before).toHaveLength(1)
    expect(later.slice(0, 1)).toEqual(before)
    expect(later.map((hit) => hit.flags[0]?.type)).toEqual(['SANCTION', 'PEP'])
    expect(new Set(later.map((hit) => hit.provider.hit_id)).size).toBe(2)
  })

  test('a relation that was made elsewhere can be monitored: its reference steers', async () => {
    const adopted = { ...order, providerId: 'x', reference: 'client 77 PEP', customData: {} }
    expect(hitsOf(await provider.pollMonitored(adopted, signal))).toHaveLength(1)
    const odd = { ...adopted, reference: 'demo1.%%%' }
    expect(hitsOf(await provider.pollMonitored(odd, signal))).toEqual([])
  })
})
