import { AssociatedRole } from '@drawbridge/schema/associate.ts'
import { CompanyData } from '@drawbridge/schema/collected-data.ts'
import { TaskType } from '@drawbridge/schema/task.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { initialsOf, linksIn, roleForTask, variantPointer, withLinksShown } from './rules.ts'

const [one, two] = ['AAAAAAAA-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000002'] as const
const variant = 'bbbbbbbb-0000-4000-8000-000000000001'
const link = (id: string, more = {}) => ({ entity_type: 'INDIVIDUAL', linked_profile: { id }, ...more })
const data = CompanyData.parse({
  entity_type: 'COMPANY',
  officers: { directors: [link(one)], other: [link(two)] },
  ownership_structure: { shareholders: [link(one), link(two, { task_variant_ids: [variant] })] },
  associated_entities: [{ ...link(two), relationships: [] }],
  x_others: [link('aaaaaaaa-0000-4000-8000-000000000003')],
})

test('a link is found where it stands first, by its id in lower case, and in lists of associates alone', () => {
  expect([...linksIn(data, '/collected_data')]).toEqual([
    [one.toLowerCase(), { entityType: 'INDIVIDUAL', pointer: '/collected_data/officers/directors/0' }],
    [two, { entityType: 'INDIVIDUAL', pointer: '/collected_data/officers/other/0' }],
  ])
})

test('a task variant is found where it stands', () => {
  expect(variantPointer(data, variant)).toBe('/ownership_structure/shareholders/1/task_variant_ids/0')
})

test('links are shown in every list of associates, and nothing else is changed', () => {
  const shown = withLinksShown(data, (id) => ({ id, shown: true }), new Set([two]))
  expect(shown).toEqual({
    ...data,
    officers: {
      directors: [link(one, { linked_profile: { id: one, shown: true } })],
      other: [link(two, { linked_profile: { id: two, shown: true }, is_circular: true })],
    },
    ownership_structure: {
      shareholders: [
        link(one, { linked_profile: { id: one, shown: true } }),
        link(two, {
          linked_profile: { id: two, shown: true },
          is_circular: true,
          task_variant_ids: [variant],
        }),
      ],
    },
    associated_entities: [
      link(two, { linked_profile: { id: two, shown: true }, is_circular: true, relationships: [] }),
    ],
  })
})

test('an associate is verified in a role it has, the one the task is about where it has it', () => {
  const roles = fc.uniqueArray(fc.constantFrom(...AssociatedRole.options), { minLength: 1 })
  fc.assert(
    fc.property(fc.constantFrom(...TaskType.options), roles, (task, held) => {
      expect(held).toContain(roleForTask(task, held))
      if (held.includes('BENEFICIAL_OWNER'))
        expect(roleForTask('COMPANY_IDENTIFY_BENEFICIAL_OWNERS', held)).toBe('BENEFICIAL_OWNER')
      if (held.includes('DIRECTOR')) expect(roleForTask('COMPANY_IDENTIFY_OFFICERS', held)).toBe('DIRECTOR')
    }),
  )
})

test('initials are at most ten letters, one for each word, and tell no word', () => {
  expect(initialsOf('Mira Jane Oduya-Ng')).toBe('MJON')
  expect(initialsOf('')).toBe('')
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', minLength: 2 })), (words) => {
      const initials = initialsOf(words.join(' '))
      expect(initials.isWellFormed()).toBe(true)
      const most = words.flatMap((word) => word.split(/[\s-]+/)).slice(0, 10)
      expect(initials.length).toBeLessThanOrEqual(most.length * 6)
    }),
  )
  expect(initialsOf('a b c d e f g h i j k l')).toBe('ABCDEFGHIJ')
})
