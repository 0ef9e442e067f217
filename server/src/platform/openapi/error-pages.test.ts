import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { errors } from '@drawbridge/schema/errors.ts'
import { describe, expect, test } from 'vitest'

const folder = path.resolve(import.meta.dirname, '../../../../docs/errors')
const pages = readdirSync(folder).map((name) => name.replace(/\.md$/, ''))

test('every reason of refusal has a page, and every page a reason', () => {
  expect(pages.sort()).toStrictEqual(Object.keys(errors).sort())
})

describe.each(Object.entries(errors))('the page of %s', (reason, { status, code, title }) => {
  const text = pages.includes(reason) ? readFileSync(path.join(folder, `${reason}.md`), 'utf8') : ''

  test('begins with the reason, its words, its status and its code', () => {
    expect(text.startsWith(`# ${reason}\n\n${title}. Status ${status}, code ${code}.\n\n`)).toBe(true)
  })

  test('says what happened, why, and what to do', () => {
    for (const part of ['What happened', 'Why', 'What to do'])
      expect(text).toMatch(new RegExp(`\\*\\*${part}\\.\\*\\* \\S.{20,}`))
  })
})
