import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Node } from 'oxc-parser'
import { sourceFiles } from './source-files.ts'
import { type Found, lineAt, nodesOf, parseSource, type Syntax } from './syntax.ts'

/** One thing that was counted: what, where, how many lines. */
export interface Measured {
  readonly name: string
  readonly lines: number
}

/** What the source files come to. */
export interface Measures {
  readonly files: readonly Measured[]
  readonly functions: readonly Measured[]
  /** Places that use the type `any`, as `file:line`. */
  readonly anyTypes: readonly string[]
  /** Places that switch a check off, as `file:line`. */
  readonly waivers: readonly string[]
}

/** The most lines that are allowed, at the ninetieth percentile and at all. */
export const budget = {
  file: { p90: 200, max: 400 },
  function: { p90: 40, max: 60 },
} as const

const waiver =
  /biome-ignore|@ts-(?:ignore|expect-error|nocheck)|(?:eslint|oxlint)-disable|dependency-cruiser-disable/
const testCalls = new Set([
  ...['describe', 'it', 'test', 'suite', 'bench'],
  ...['beforeAll', 'beforeEach', 'afterAll', 'afterEach', 'onTestFinished'],
])

/** Measures every source file under `root`. */
export function measure(root: string): Measures {
  const parsed = sourceFiles(root).map((file) => {
    const text = readFileSync(path.join(root, file), 'utf8')
    return { text, syntax: parseSource(file, text) }
  })
  return {
    files: parsed.map(({ text, syntax }) => ({ name: syntax.file, lines: countLines(text) })),
    functions: parsed.flatMap(({ syntax }) => functionsOf(syntax)),
    anyTypes: parsed.flatMap(({ syntax }) => anyTypesOf(syntax)),
    waivers: parsed.flatMap(({ syntax }) => waiversOf(syntax)),
  }
}

function countLines(text: string): number {
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length
}

function functionsOf(syntax: Syntax): Measured[] {
  return [...nodesOf(syntax.program)].filter(isMeasured).map(({ node, around }) => {
    const line = lineAt(syntax.lineStarts, node.start)
    const lines = lineAt(syntax.lineStarts, node.end) - line + 1
    return { name: `${syntax.file}:${line} ${nameOf(node, around)}`, lines }
  })
}

/** One-expression arrows are expressions, and the callbacks of tests are chapters: neither counts as a function. */
function isMeasured({ node, around }: Found): boolean {
  if (node.type === 'ArrowFunctionExpression') return !node.expression && !isTestCallback(around[0])
  if (node.type === 'FunctionExpression') return !isTestCallback(around[0])
  return node.type === 'FunctionDeclaration'
}

function isTestCallback(parent: Node | undefined): boolean {
  if (parent?.type !== 'CallExpression') return false
  const name = rootName(parent.callee)
  return name !== null && testCalls.has(name)
}

function rootName(node: Node): string | null {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'MemberExpression') return rootName(node.object)
  if (node.type === 'CallExpression') return rootName(node.callee)
  if (node.type === 'TaggedTemplateExpression') return rootName(node.tag)
  return null
}

function nameOf(node: Node, around: readonly Node[]): string {
  if ('id' in node && node.id?.type === 'Identifier') return node.id.name
  const [parent] = around
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name
  if (parent && 'key' in parent && parent.key?.type === 'Identifier') return parent.key.name
  return '(a callback)'
}

function anyTypesOf(syntax: Syntax): string[] {
  return [...nodesOf(syntax.program)]
    .filter(({ node }) => node.type === 'TSAnyKeyword')
    .map(({ node }) => `${syntax.file}:${lineAt(syntax.lineStarts, node.start)}`)
}

function waiversOf(syntax: Syntax): string[] {
  return syntax.comments
    .filter((comment) => waiver.test(comment.value))
    .map((comment) => `${syntax.file}:${lineAt(syntax.lineStarts, comment.start)}`)
}

/** The value that nine of ten do not exceed (nearest rank); 0 of none. */
export function percentile90(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 0
}

/** What exceeds the budgets, one line each; empty when all is well. */
export function findings(measures: Measures): string[] {
  return [
    ...overBudget('file', measures.files, budget.file),
    ...overBudget('function', measures.functions, budget.function),
    ...measures.anyTypes.map(
      (place) => `${place} uses the type any: name the type, or take unknown and narrow it`,
    ),
    ...measures.waivers.map((place) => `${place} switches a check off: correct what the check found`),
  ]
}

function overBudget(
  what: string,
  measured: readonly Measured[],
  limit: { p90: number; max: number },
): string[] {
  const p90 = percentile90(measured.map(({ lines }) => lines))
  const tooLong = measured
    .filter(({ lines }) => lines > limit.max)
    .map(({ name, lines }) => `${name} has ${lines} lines, a ${what} may have ${limit.max}: divide it`)
  if (p90 <= limit.p90) return tooLong
  const longest = measured.filter(({ lines }) => lines > limit.p90).length
  return [
    ...tooLong,
    `nine of ten ${what}s may have ${limit.p90} lines, and have ${p90}: ${longest} are longer`,
  ]
}

/** The table that shows where the project stands. */
export function table(measures: Measures): string {
  const row = (...cells: (string | number)[]) =>
    cells.map((cell, place) => (place === 0 ? String(cell).padEnd(12) : String(cell).padStart(10))).join('')
  const lines = (what: string, measured: readonly Measured[], limit: { p90: number; max: number }) => {
    const values = measured.map(({ lines }) => lines)
    const longest = Math.max(0, ...values)
    return row(what, measured.length, `${percentile90(values)}/${limit.p90}`, `${longest}/${limit.max}`)
  }
  return [
    row('lines', 'count', 'p90', 'longest'),
    lines('files', measures.files, budget.file),
    lines('functions', measures.functions, budget.function),
    row('any', measures.anyTypes.length, '', '0'),
    row('waivers', measures.waivers.length, '', '0'),
  ].join('\n')
}
