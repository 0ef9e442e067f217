import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Node } from 'oxc-parser'
import { isTest, sourceFiles } from './source-files.ts'
import { type Found, lineAt, nodesOf, parseSource, type Syntax } from './syntax.ts'

/** A rule that imports do not show: where it holds and what breaks it. */
interface UsageRule {
  readonly name: string
  /** What to do instead. */
  readonly remedy: string
  readonly holdsIn: (file: string) => boolean
  readonly isBroken: (found: Found) => boolean
}

const room = /^server\/src\/rooms\/[^/]+\//
const rulesFile = /\/rules(|-[a-z-]+)\.ts$/
const queriesFile = /\/queries(|-[a-z-]+)\.ts$/
const product = /^(schema|policy|client|server\/src|migrate|cli|portal|form|embed|email)\//
const outbound = new Set(['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'])
const chance = new Set(['Math.random', 'crypto.randomUUID', 'crypto.getRandomValues', 'crypto.randomBytes'])
const clocks = new Set(['Date.now', 'performance.now', 'process.hrtime', 'Temporal.Now'])
const timers = new Set(['setTimeout', 'setInterval', 'setImmediate'])

/** The most source files a room may have before it is two rooms. */
const roomFilesMax = 25

const usageRules: readonly UsageRule[] = [
  {
    name: 'fetch-only-in-net',
    remedy: 'call the guarded fetch of platform/net',
    holdsIn: (file) => file.startsWith('server/src/') && !file.startsWith('server/src/platform/net/'),
    isBroken: ({ node, around }) => outbound.has(globalName(node, around)),
  },
  {
    name: 'environment-only-in-main',
    remedy: 'read it in main.ts and pass the value on',
    holdsIn: (file) => product.test(file) && !/^(server\/src|migrate\/src|cli\/src)\/main\.ts$/.test(file),
    isBroken: readsEnvironment,
  },
  {
    name: 'decisions-have-no-clock-and-no-chance',
    remedy: 'take the instant and the choice as values',
    holdsIn: (file) => /^(policy|schema)\//.test(file) || (room.test(file) && rulesFile.test(file)),
    isBroken: ({ node, around }) =>
      readsClock(node) || chance.has(dotted(node)) || timers.has(globalName(node, around)),
  },
  {
    name: 'one-instant-per-transaction',
    remedy: 'use Scope.now',
    holdsIn: (file) => room.test(file) && !rulesFile.test(file),
    isBroken: ({ node }) => readsClock(node),
  },
  {
    name: 'sql-only-in-queries',
    remedy: 'move the statement to queries.ts of this room',
    holdsIn: (file) => room.test(file) && !queriesFile.test(file),
    isBroken: ({ node }) =>
      node.type === 'CallExpression' && /^scope\.(query|write)$/.test(dotted(node.callee)),
  },
]

/** What breaks the usage rules under `root`, one line each with file, line, rule and what to do. */
export function usageFindings(root: string): string[] {
  return sourceFiles(root)
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const rules = usageRules.filter((rule) => rule.holdsIn(file))
      if (rules.length === 0) return []
      return findingsIn(parseSource(file, readFileSync(path.join(root, file), 'utf8')), rules)
    })
}

function findingsIn(syntax: Syntax, rules: readonly UsageRule[]): string[] {
  return [...nodesOf(syntax.program)].flatMap((found) =>
    rules
      .filter((rule) => rule.isBroken(found))
      .map(
        (rule) =>
          `${syntax.file}:${lineAt(syntax.lineStarts, found.node.start)} ${rule.name}: ${rule.remedy}`,
      ),
  )
}

/** The name of a value that is used here, not declared, typed or named as a property; empty otherwise. */
function globalName(node: Node, around: readonly Node[]): string {
  if (node.type === 'MemberExpression') return dotted(node).replace(/^globalThis\.(\w+)$/, '$1')
  if (node.type !== 'Identifier' || !isUse(node, around[0])) return ''
  return around.some((outer) => declares(outer, node.name)) ? '' : node.name
}

function isUse(node: Node, parent: Node | undefined): boolean {
  switch (parent?.type) {
    case 'CallExpression':
    case 'NewExpression':
    case 'AssignmentExpression':
    case 'AssignmentPattern':
    case 'ConditionalExpression':
    case 'LogicalExpression':
    case 'ArrayExpression':
    case 'ReturnStatement':
    case 'AwaitExpression':
      return true
    case 'MemberExpression':
      return parent.object === node
    case 'VariableDeclarator':
      return parent.init === node
    case 'Property':
      return parent.value === node
    default:
      return parent?.type === 'ArrowFunctionExpression' && parent.body === node
  }
}

/** Whether an outer function takes the name as a parameter, or an outer block or file declares or imports it. */
function declares(outer: Node, name: string): boolean {
  if ('params' in outer && Array.isArray(outer.params)) {
    return outer.params.some((parameter) => binds(parameter, name))
  }
  if (outer.type !== 'Program' && outer.type !== 'BlockStatement') return false
  return outer.body.some((statement) => binds(statement, name))
}

function binds(node: Node, name: string): boolean {
  switch (node.type) {
    case 'Identifier':
      return node.name === name
    case 'AssignmentPattern':
      return binds(node.left, name)
    case 'RestElement':
      return binds(node.argument, name)
    case 'ObjectPattern':
      return node.properties.some((property) =>
        binds(property.type === 'Property' ? property.value : property, name),
      )
    case 'ArrayPattern':
      return node.elements.some((element) => element !== null && binds(element, name))
    case 'VariableDeclaration':
      return node.declarations.some((declaration) => binds(declaration.id, name))
    case 'FunctionDeclaration':
      return node.id?.name === name
    case 'ImportDeclaration':
      return node.specifiers.some((specifier) => specifier.local.name === name)
    default:
      return false
  }
}

/** `a.b.c` as text, where it is only names; empty otherwise. */
function dotted(node: Node): string {
  if (node.type === 'Identifier') return node.name
  if (node.type !== 'MemberExpression') return ''
  const object = dotted(node.object)
  const property = propertyName(node.property)
  return object === '' || property === '' ? '' : `${object}.${property}`
}

function propertyName(property: Node): string {
  if (property.type === 'Identifier') return property.name
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : ''
}

function readsEnvironment({ node }: Found): boolean {
  if (node.type === 'MemberExpression') return /^(globalThis\.)?process\.env$/.test(dotted(node))
  if (node.type === 'ImportDeclaration' && /^(node:)?process$/.test(node.source.value)) {
    return node.specifiers.some(
      (specifier) => specifier.type === 'ImportSpecifier' && propertyName(specifier.imported) === 'env',
    )
  }
  return (
    node.type === 'VariableDeclarator' &&
    node.init?.type === 'Identifier' &&
    node.init.name === 'process' &&
    node.id.type === 'ObjectPattern' &&
    node.id.properties.some(
      (property) => property.type === 'Property' && propertyName(property.key) === 'env',
    )
  )
}

function readsClock(node: Node): boolean {
  if (node.type === 'NewExpression' && node.callee.type === 'Identifier')
    return node.callee.name === 'Date' && node.arguments.length === 0
  if (node.type === 'CallExpression' && node.callee.type === 'Identifier') return node.callee.name === 'Date'
  return node.type === 'MemberExpression' && clocks.has(dotted(node))
}

/** What is wrong with the folders of the rooms under `root`: strangers, nested folders, too many files. */
export function roomFindings(root: string, rooms: readonly string[]): string[] {
  const folder = path.join(root, 'server/src/rooms')
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = `server/src/rooms/${entry.name}`
    if (!entry.isDirectory()) return [`${place} room-is-a-folder: put it into a room`]
    const unknown = rooms.includes(entry.name)
      ? []
      : [`${place} room-is-in-the-house: add it to server/src/house.ts`]
    return [...unknown, ...shapeFindings(path.join(folder, entry.name), place)]
  })
}

function shapeFindings(folder: string, place: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  const nested = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${place}/${entry.name} rooms-are-flat: move its files up`)
  const files = entries.filter((entry) => entry.isFile()).length
  if (files <= roomFilesMax) return nested
  return [...nested, `${place} room-is-small: ${files} files, at most ${roomFilesMax}: make two rooms`]
}
