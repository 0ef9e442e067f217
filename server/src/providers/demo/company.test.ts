import { describe, expect, test } from 'vitest'
import { demoProvider } from './index.ts'
import { companyInput } from './input.test-kit.ts'

const signal = new AbortController().signal
const order = {
  checkId: '11111111-1111-4111-8111-111111111111',
  demoResult: null,
  relationship: 'DIRECT',
  config: {},
  credentials: null,
} as const

async function companyAnswer(words: string) {
  const answer = await demoProvider('COMPANY_DATA').start({ ...order, input: companyInput(words) }, signal)
  if (answer.state !== 'final') throw new Error(`The answer is ${answer.state}, not final.`)
  return answer
}

describe('company data', () => {
  const outputOf = async (words: string) => (await companyAnswer(words)).output

  test('SHAREHOLDERS finds some whose share is known and some whose is not', async () => {
    const output = (await outputOf('shareholders')) as {
      ownership_structure: { shareholders: { total_percentage?: number }[] }
    }
    const shares = output.ownership_structure.shareholders.map((holder) => holder.total_percentage)
    expect(shares).toEqual([55, 30, undefined, undefined])
  })

  test('INACTIVE is found dissolved, NODATA is not found and that is no error', async () => {
    expect(await outputOf('Inactive')).toMatchObject({ metadata: { is_active: false } })
    expect(await outputOf('')).toMatchObject({ metadata: { is_active: true } })
    expect(await companyAnswer('NoData')).toMatchObject({ output: null, errors: [] })
  })

  test('a search finds invented companies for a query, none for NODATA, and what the demo result asks for', async () => {
    const search = (query: string, demoResult: string | null = null) =>
      demoProvider('COMPANY_DATA').search(
        { ...order, query, demoResult, country: 'GBR', state: null },
        signal,
      )
    const counts = await Promise.all([
      search('Larkfen'),
      search('Larkfen nodata'),
      search('Larkfen', 'NO_HITS'),
      search('Larkfen', 'ONE_HIT'),
      search('Larkfen', 'MANY_HITS'),
    ])
    expect(counts.map((found) => found.candidates.length)).toEqual([5, 0, 0, 1, 5])
    expect((await search('Larkfen error')).errors).toMatchObject([{ type: 'PROVIDER_MESSAGE' }])
  })
})

test('a document that the provider keeps can be downloaded as a picture', async () => {
  const provider = demoProvider('DOCUMENT_FETCH')
  const started = { ...order, providerId: 'x', reference: 'x', customData: {} }
  const file = await provider.download(
    { ...started, fileReference: 'ab-12/../', what: { imageType: 'FRONT' } },
    signal,
  )
  expect(file).toMatchObject({ mediaType: 'image/png', name: 'ab-12.png' })
  expect([...file.bytes.slice(1, 4)]).toEqual([...Buffer.from('PNG')])
})
