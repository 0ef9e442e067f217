import { readFileSync } from 'node:fs'
import { defaultPolicy } from '@drawbridge/policy/default-policy.ts'
import { Policy } from '@drawbridge/policy/policy.ts'
import { validatePolicy } from '@drawbridge/policy/validate-policy.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PolicyFileError, readPolicyFile, writePolicyFile } from './policy-file.ts'
import { unknownFields, withIds } from './rules-ids.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    'no',
    'null',
    '1e3',
    '0x1f',
    '2026-11-20',
    '~',
    '- a',
    'a: b',
    '# a',
    '"',
    "'",
    '\n\n',
    'a \n b\n',
  ),
)
const alias = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/)
const config = fc.dictionary(text, fc.jsonValue({ maxDepth: 3, noUnicodeString: false }), { maxKeys: 4 })

const policies = fc
  .record({
    names: fc.array(fc.record({ id: fc.uuid(), alias, name: text, description: text }), { maxLength: 4 }),
    config,
    values: fc.array(text, { minLength: 1, maxLength: 4 }),
  })
  .map(({ names, config: given, values }) =>
    Policy.parse({
      ...defaultPolicy,
      decision_reasons: names.map((named) => ({ ...named, type: 'REJECTION' })),
      check_variants: names.map((named) => ({
        ...named,
        check_type: 'IDENTITY_CHECK',
        providers: [{ provider: 'demo', config: given }],
      })),
      risk_models: names.map((named) => ({
        ...named,
        entity_type: 'INDIVIDUAL',
        thresholds: { medium: 0.1, high: 999_999.5 },
        factors: [
          {
            alias: 'factor',
            name: named.name,
            property: { of: 'age' },
            rules: [{ description: named.name, when: { is: 'any_of', values }, score: -1.5 }],
          },
        ],
      })),
    }),
  )

const imported = (file: string) =>
  Policy.parse({
    ...withIds(readPolicyFile(file), { inForce: defaultPolicy, draft: undefined }, () => crypto.randomUUID()),
    version: 1,
  })

test('a policy that is exported, imported and exported again gives the same bytes and says the same', () => {
  fc.assert(
    fc.property(policies, (policy) => {
      const file = writePolicyFile(policy)
      const again = imported(file)
      expect(writePolicyFile(again)).toBe(file)
      expect(JSON.stringify(again)).toBe(JSON.stringify({ ...policy, version: 1 }))
    }),
    { numRuns: 60 },
  )
})

test('the shipped policy goes through a file unchanged', () => {
  expect(imported(writePolicyFile(defaultPolicy))).toEqual(defaultPolicy)
})

test('a file that is no YAML, or no policy, is refused with what is wrong', () => {
  const refusalOf = (file: string) => {
    try {
      readPolicyFile(file)
      return 'read'
    } catch (error) {
      return error instanceof PolicyFileError ? error.message : String(error)
    }
  }
  expect(refusalOf('drawbridge_policy: 1\nproducts: [\n')).toMatch(/^line \d+: /)
  expect(refusalOf('- 1\n')).toContain('no policy')
  expect(refusalOf('products: []\n')).toContain('drawbridge_policy: 1')
  expect(refusalOf('drawbridge_policy: 2\n')).toContain('drawbridge_policy: 1')
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [one, other] of ['ab', 'bc', 'cd', 'de', 'ef'])
    bomb.push(`${other}: &${other} [${Array.from({ length: 10 }, () => `*${one}`).join(', ')}]`)
  expect(refusalOf(`drawbridge_policy: 1\n${bomb.join('\n')}\n`)).toContain('alias')
})

test('a field that a policy does not have is found wherever it stands', () => {
  const given = { a: 1, b: [{ c: 1, 'd/e': 2 }], f: { g: { h: 1 } } }
  expect(unknownFields(given, { a: 1, b: [{ c: 1, more: 3 }], f: { g: { h: 1 } } })).toEqual(['/b/0/d~1e'])
  expect(unknownFields(given, { b: [{ c: 1, 'd/e': 2 }], f: { g: {} } })).toEqual(['/a', '/f/g/h'])
})

test('the product of the guide can be added to the shipped policy as it stands there', () => {
  const guide = readFileSync(new URL('../../../../docs/guide/policies.md', import.meta.url), 'utf8')
  const example = /```yaml\n([\s\S]*?)```/.exec(guide)?.[1] ?? ''
  const added: Record<string, unknown> = readPolicyFile(`drawbridge_policy: 1\n${example}`)
  const whole: Record<string, unknown> = { ...defaultPolicy }
  for (const [list, items] of Object.entries(added)) whole[list] = [whole[list], items].flat()
  const existing = { inForce: defaultPolicy, draft: undefined }
  const filled = withIds(whole, existing, () => crypto.randomUUID())
  const { policy, faults } = validatePolicy(filled)
  expect(faults).toEqual([])
  expect(policy?.products.at(-1)?.alias).toBe('savings')
  expect(unknownFields(filled, policy)).toEqual([])
})
