import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryTree } from './temporary-tree.ts'

const here = import.meta.dirname
const cruiser = path.resolve(here, '../node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')

interface Violation {
  readonly rule: { readonly name: string }
  readonly from: string
  readonly to: string
}

const value = 'export const value = 1\n'
const use = (place: string) => `import { value } from '${place}'\nexport const other = value\n`
const useType = (place: string) => `import type { Value } from '${place}'\nexport type Other = Value\n`
const installed = (name: string) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  [`node_modules/${name}/index.js`]: value,
})

const config = `import { directionConfiguration } from ${JSON.stringify(path.join(here, 'direction-rules.mjs'))}
export default directionConfiguration(['low', 'middle', 'high'])
`

/** A house in which every import goes where it may. */
const inOrder = {
  'package.json': JSON.stringify({
    type: 'module',
    dependencies: { zod: '1', pg: '1', undici: '1' },
  }),
  '.dependency-cruiser.mjs': config,
  ...installed('zod'),
  ...installed('pg'),
  ...installed('undici'),
  'schema/noun.ts': use('zod'),
  'policy/decide.ts': use('../schema/noun.ts'),
  'client/src/index.ts': use('../../schema/noun.ts'),
  'client/src/double.test-kit.ts': value,
  'client/src/index.test.ts': use('./double.test-kit.ts'),
  'server/src/platform/postgres/index.ts': use('node:net'),
  'migrate/src/index.ts': use('../../client/src/index.ts'),
  'server/test/harness.ts': use('node:http'),
  'server/src/platform/fault.ts': value,
  'server/src/platform/scope.ts': use('./db/index.ts'),
  'server/src/platform/db/index.ts': use('pg'),
  'server/src/platform/net/index.ts': use('undici'),
  'server/src/platform/http/index.ts': use('node:http'),
  'server/src/provider-kit/index.ts': value,
  'server/src/providers/acme/index.ts': use('../../provider-kit/index.ts'),
  'server/src/rooms/low/index.ts': use('./queries.ts'),
  'server/src/rooms/low/queries.ts': useType('../../platform/scope.ts'),
  'server/src/rooms/low/queries-list.ts': use('./queries.ts'),
  'server/src/rooms/middle/index.ts': use('./rules.ts'),
  'server/src/rooms/middle/rules.ts': `${use('./rules-graph.ts')}import { isDeepStrictEqual } from 'node:util'\n`,
  'server/src/rooms/middle/rules-graph.ts': use('../../platform/fault.ts'),
  'server/src/rooms/middle/middle.test.ts': use('../../../test/harness.ts'),
  'server/src/rooms/high/index.ts': use('../low/index.ts'),
  'server/src/main.ts': use('./rooms/high/index.ts'),
}

/** One breach of each rule: the rule, the file that breaks it, its text, and what it must not reach. */
const breaches: readonly [rule: string, file: string, text: string, to: string][] = [
  ['no-cycle', 'client/src/ring-other.ts', use('./ring.ts'), 'client/src/ring.ts'],
  ['no-unknown-import', 'client/src/lost.ts', use('./absent.ts'), './absent.ts'],
  [
    'no-tests-in-the-product',
    'client/src/tested.ts',
    use('./double.test-kit.ts'),
    'client/src/double.test-kit.ts',
  ],
  ['plain-sockets-only-to-ourselves', 'server/src/platform/dial-plainly.ts', use('node:net'), 'net'],
  ['schema-is-pure', 'schema/reads-files.ts', use('node:fs'), 'fs'],
  ['schema-is-pure', 'schema/reads-policy.ts', useType('../policy/decide.ts'), 'policy/decide.ts'],
  ['schema-fields-import-nothing', 'schema/fields/text/index.ts', use('zod'), 'node_modules/zod/index.js'],
  ['policy-is-pure', 'policy/asks.ts', use('undici'), 'node_modules/undici/index.js'],
  [
    'low-knows-no-room-above',
    'server/src/rooms/low/up.ts',
    use('../high/index.ts'),
    'server/src/rooms/high/index.ts',
  ],
  [
    'middle-knows-no-room-above',
    'server/src/rooms/middle/up-by-type.ts',
    useType('../high/index.ts'),
    'server/src/rooms/high/index.ts',
  ],
  [
    'rooms-by-their-door',
    'server/src/rooms/high/window.ts',
    use('../low/queries.ts'),
    'server/src/rooms/low/queries.ts',
  ],
  [
    'rooms-by-their-door-from-outside',
    'server/src/wiring.ts',
    use('./rooms/low/queries.ts'),
    'server/src/rooms/low/queries.ts',
  ],
  ['rules-do-no-io', 'server/src/rooms/low/rules.ts', use('node:fs'), 'fs'],
  ['rules-do-no-io', 'server/src/rooms/low/rules-graph.ts', use('node:fs'), 'fs'],
  ['rules-do-no-io', 'server/src/rooms/high/rules.ts', use('./index.ts'), 'server/src/rooms/high/index.ts'],
  [
    'queries-speak-only-sql',
    'server/src/rooms/high/queries.ts',
    use('../../platform/net/index.ts'),
    'server/src/platform/net/index.ts',
  ],
  [
    'queries-speak-only-sql',
    'server/src/rooms/high/queries-list.ts',
    use('../../platform/net/index.ts'),
    'server/src/platform/net/index.ts',
  ],
  ['only-queries-speak-sql', 'server/src/rooms/low/verb.ts', use('pg'), 'node_modules/pg/index.js'],
  [
    'platform-knows-no-room',
    'server/src/platform/knows.ts',
    use('../rooms/low/index.ts'),
    'server/src/rooms/low/index.ts',
  ],
  [
    'providers-see-only-their-kit',
    'server/src/providers/acme/peek.ts',
    use('../../platform/fault.ts'),
    'server/src/platform/fault.ts',
  ],
  ['sockets-only-in-net', 'server/src/rooms/low/call.ts', use('undici'), 'node_modules/undici/index.js'],
  ['sockets-only-in-net', 'server/src/platform/dial.ts', use('node:https'), 'https'],
  [
    'server-from-outside',
    'migrate/src/inside.ts',
    useType('../../server/src/platform/fault.ts'),
    'server/src/platform/fault.ts',
  ],
  [
    'server-from-outside-tests',
    'e2e/inside.test.ts',
    use('../server/src/platform/fault.ts'),
    'server/src/platform/fault.ts',
  ],
  ['embed-imports-nothing', 'embed/embed.ts', use('../schema/noun.ts'), 'schema/noun.ts'],
]

function cruise(files: Readonly<Record<string, string>>): Violation[] {
  using tree = temporaryTree(files)
  const folders = ['schema', 'policy', 'client', 'server', 'migrate', 'e2e', 'embed'].filter((folder) =>
    Object.keys(files).some((file) => file.startsWith(`${folder}/`)),
  )
  const hook = path.join(here, 'typescript-for-cruiser.mjs')
  const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders]
  const output = execFileSync(process.execPath, ['--import', hook, cruiser, ...args], {
    cwd: tree.root,
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  })
  const { summary } = JSON.parse(output) as { summary: { violations: Violation[] } }
  return summary.violations
}

describe('the direction rules', () => {
  let found: readonly string[] = []

  beforeAll(() => {
    const planted = Object.fromEntries(breaches.map(([, file, text]) => [file, text]))
    const violations = cruise({ ...inOrder, ...planted, 'client/src/ring.ts': use('./ring-other.ts') })
    found = violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
  })

  it('say nothing about a house in order', () => {
    expect(cruise(inOrder)).toEqual([])
  })

  it.each(breaches)('%s finds %s', (rule, file, _text, to) => {
    expect(found).toContain(`${rule}: ${file} → ${to}`)
  })

  it('find each breach once and nothing besides', () => {
    expect(found.toSorted()).toEqual(
      breaches.map(([rule, file, , to]) => `${rule}: ${file} → ${to}`).toSorted(),
    )
  })
})
