import { describe, expect, it } from 'vitest'
import { findings, measure, percentile90 } from './budgets.ts'
import { temporaryTree } from './temporary-tree.ts'

const lines = (count: number) => 'void 0\n'.repeat(count)
const body = (count: number) => `{\n${lines(count - 2)}}`
/** Enough short files and functions that one long one does not move the ninetieth percentile. */
const short = Object.fromEntries(
  Array.from({ length: 20 }, (_, place) => [`short-${place}.ts`, 'export function one() {\n  return 1\n}\n']),
)

function findingsFor(files: Readonly<Record<string, string>>): string[] {
  using tree = temporaryTree({ ...short, ...files })
  return findings(measure(tree.root))
}

describe('the budgets', () => {
  it('allow a file of 400 lines and not one of 401', () => {
    expect(findingsFor({ 'long.ts': lines(400) })).toEqual([])
    expect(findingsFor({ 'long.ts': lines(401) })).toEqual([expect.stringContaining('long.ts has 401 lines')])
  })

  it.each([
    ['a function', (code: string) => `export function long() ${code}\n`],
    ['an arrow function', (code: string) => `export const long = () => ${code}\n`],
    ['a method', (code: string) => `export class Thing {\n  long() ${code}\n}\n`],
    ['a callback', (code: string) => `[1].map(() => ${code})\n`],
  ])('allow %s of 60 lines and not one of 61', (_what, write) => {
    expect(findingsFor({ 'code.ts': write(body(60)) })).toEqual([])
    expect(findingsFor({ 'code.ts': write(body(61)) })).toEqual([expect.stringContaining('has 61 lines')])
  })

  it('exempt the callbacks of tests and not the helpers beside them', () => {
    const test = `describe('it', () => {\nit.each([1])('works', async () => ${body(100)})\n})\n`
    expect(findingsFor({ 'a.test.ts': test })).toEqual([])
    expect(findingsFor({ 'a.test.ts': `${test}function helper() ${body(61)}\n` })).toEqual([
      expect.stringContaining('helper has 61 lines'),
    ])
  })

  it('hold nine of ten files to 200 lines and functions to 40', () => {
    const long = Object.fromEntries(Array.from({ length: 3 }, (_, place) => [`long-${place}.ts`, lines(201)]))
    expect(findingsFor(long)).toEqual(['nine of ten files may have 200 lines, and have 201: 3 are longer'])
    const code = Object.fromEntries(
      Array.from({ length: 3 }, (_, place) => [`code-${place}.ts`, `export function long() ${body(41)}\n`]),
    )
    expect(findingsFor(code)).toEqual(['nine of ten functions may have 40 lines, and have 41: 3 are longer'])
  })

  it.each([['let value: any'], ['const value = input as any'], ['type Row = Record<string, any[]>']])(
    'find the type any: %s',
    (text) => {
      expect(findingsFor({ 'loose.ts': `\n${text}` })).toEqual([
        expect.stringContaining('loose.ts:2 uses the type any'),
      ])
    },
  )

  it('do not take the word any for the type', () => {
    expect(findingsFor({ 'words.ts': "// any\nexport const any = 'any'\n" })).toEqual([])
  })

  it.each(['biome-ignore lint', '@ts-ignore', '@ts-expect-error', '@ts-nocheck', 'eslint-disable-next-line'])(
    'find a check that is switched off: %s',
    (mark) => {
      expect(findingsFor({ 'loose.ts': `void 0\n// ${mark}: because\n` })).toEqual([
        expect.stringContaining('loose.ts:2 switches a check off'),
      ])
      expect(findingsFor({ 'words.ts': `export const text = '${mark}'\n` })).toEqual([])
    },
  )

  it('leave installed packages and built files out', () => {
    expect(
      findingsFor({ 'node_modules/a/index.js': lines(500), 'client/dist/index.js': lines(500) }),
    ).toEqual([])
  })
})

describe('the ninetieth percentile', () => {
  it('is the value that nine of ten do not exceed', () => {
    expect(percentile90([])).toBe(0)
    expect(percentile90([7])).toBe(7)
    expect(percentile90([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])).toBe(9)
  })
})
