import { type Comment, type Node, parseSync, visitorKeys } from 'oxc-parser'

/** A parsed file: its syntax tree, its comments and where lines begin. */
export interface Syntax {
  readonly file: string
  readonly program: Node
  readonly comments: readonly Comment[]
  readonly lineStarts: readonly number[]
}

/** A node with the chain of nodes around it, nearest first. */
export interface Found {
  readonly node: Node
  readonly around: readonly Node[]
}

/** Parses one file. Raises an error that names file and line where it is not TypeScript. */
export function parseSource(file: string, text: string): Syntax {
  const { program, comments, errors } = parseSync(file, text)
  const lineStarts = [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)]
  const [error] = errors
  if (error) {
    const line = lineAt(lineStarts, error.labels[0]?.start ?? 0)
    throw new Error(`${file}:${line} cannot be parsed: ${error.message}`)
  }
  return { file, program, comments, lineStarts }
}

/** The line (from 1) of an offset. */
export function lineAt(lineStarts: readonly number[], offset: number): number {
  const next = lineStarts.findIndex((start) => start > offset)
  return next === -1 ? lineStarts.length : next
}

/** Every node below and including `node`, parents before children. */
export function* nodesOf(node: Node, around: readonly Node[] = []): Generator<Found> {
  yield { node, around }
  const inner = [node, ...around]
  for (const key of visitorKeys[node.type] ?? []) {
    for (const child of [Reflect.get(node, key)].flat()) if (isNode(child)) yield* nodesOf(child, inner)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
