import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { allOperations } from '@drawbridge/schema/all-operations.ts'
import { errors } from '@drawbridge/schema/errors.ts'
import { describe, expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '../../../..')
const pages = ['docs/guide', 'docs/errors']
  .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => path.join(folder, name)))
  .concat('client/README.md')
const paths = new Set(allOperations.map((operation) => operation.path.replace(/\{\w+\}/g, '{}')))

describe.each(pages)('%s', (page) => {
  const text = readFileSync(path.join(root, page), 'utf8')

  test('links to what exists', () => {
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '')
    const missing = targets.filter((target) => !existsSync(path.resolve(root, path.dirname(page), target)))
    expect(missing).toStrictEqual([])
  })

  test('names only calls and reasons that exist', () => {
    const named = [...text.matchAll(/\/4\.0\/[\w{}/-]+/g)].map(([call]) => call.replace(/\{\w+\}/g, '{}'))
    expect(named.filter((call) => !paths.has(call))).toStrictEqual([])
    const groups = new Set(Object.keys(errors).map((reason) => reason.split('.')[0]))
    const reasons = [...text.matchAll(/`([a-z-]+)\.([a-z0-9-]+)`/g)].filter(
      ([, group, rest]) => groups.has(group) && !['ts', 'json', 'yaml', 'md'].includes(rest ?? ''),
    )
    const unknown = reasons.map((match) => `${match[1]}.${match[2]}`).filter((reason) => !(reason in errors))
    expect(unknown).toStrictEqual([])
  })
})
