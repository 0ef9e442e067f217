import { describe, expect, it } from 'vitest'
import { completed, lockfileFindings, missingOptional } from './lockfile.ts'
import { temporaryTree } from './temporary-tree.ts'

const tool = {
  version: '2.0.0',
  dev: true,
  optionalDependencies: {
    '@tool/linux-x64': '2.0.0',
    '@tool/darwin-arm64': '2.0.0',
    '@tool/linux-x64-musl': '2.0.0',
  },
}
const partial = {
  packages: {
    '': { devDependencies: { tool: '2.0.0' } },
    'node_modules/@tool/linux-x64': { version: '2.0.0', optional: true, os: ['linux'], cpu: ['x64'] },
    'node_modules/tool': tool,
  },
}

function findingsFor(lock: object, manifest: object): string[] {
  using tree = temporaryTree({
    'package-lock.json': JSON.stringify(lock),
    'package.json': JSON.stringify(manifest),
  })
  return lockfileFindings(tree.root)
}

describe('the lockfile', () => {
  it('that lacks a package for another machine is found, and completed from the name', () => {
    expect(missingOptional(partial).map(({ name }) => name)).toEqual([
      '@tool/darwin-arm64',
      '@tool/linux-x64-musl',
    ])
    const { packages } = completed(partial)
    expect(packages['node_modules/@tool/darwin-arm64']).toEqual({
      version: '2.0.0',
      os: ['darwin'],
      cpu: ['arm64'],
      dev: true,
      optional: true,
    })
    expect(packages['node_modules/@tool/linux-x64-musl']).toMatchObject({ os: ['linux'], libc: ['musl'] })
    expect(missingOptional({ packages })).toEqual([])
  })

  it('finds an optional package beside or above the one that names it', () => {
    const nested = {
      packages: {
        '': {},
        'examples/bank': { optionalDependencies: { a: '1.0.0' } },
        'node_modules/a': { version: '1.0.0' },
        'node_modules/@scope/outer/node_modules/inner': { optionalDependencies: { a: '1.0.0', b: '1.0.0' } },
        'node_modules/@scope/outer/node_modules/b': { version: '1.0.0' },
      },
    }
    expect(missingOptional(nested)).toEqual([])
  })

  it.each([
    ['@tool/linux-x64', '^2.0.0', 'is a range'],
    ['fsevents', '2.3.3', 'does not say for which machine'],
  ])('is not completed by guessing: %s %s', (name, version, reason) => {
    const lock = { packages: { 'node_modules/tool': { optionalDependencies: { [name]: version } } } }
    expect(() => completed(lock)).toThrow(reason)
  })

  it('that names other packages than package.json is found', () => {
    const whole = completed(partial)
    expect(findingsFor(whole, { devDependencies: { tool: '2.0.0' } })).toEqual([])
    expect(findingsFor(whole, { devDependencies: { tool: '2.0.1' } })).toEqual([
      'package.json and package-lock.json name different packages: npm install',
    ])
    expect(findingsFor(partial, { devDependencies: { tool: '2.0.0' } })).toHaveLength(2)
  })
})
