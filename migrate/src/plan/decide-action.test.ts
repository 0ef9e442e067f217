import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Effect } from './client-unit.ts'
import { decideAction, type Known } from './decide-action.ts'

const source = { file: 'individuals.csv', line: 2 }
const profile: Effect = {
  kind: 'profile',
  name: 'profile',
  ref: 'C1',
  role: 'INDIVIDUAL_CUSTOMER',
  collected_data: {},
  source,
}
const tag: Effect = { kind: 'tag', name: 'tag:vip', ref: 'C1', tag: 'vip' }
const link = (ref: string) =>
  ({ ref, entity: 'INDIVIDUAL', list: 'officers.directors', fields: {}, source }) as const
const links: Effect = { kind: 'links', name: 'links', ref: 'C1', links: [link('P1'), link('P2')] }

const known = fc.record({
  ledger: fc.constantFrom<Known['ledger']>('none', 'open', 'done', 'refused'),
  profiles: fc.option(
    fc.array(
      fc.record({
        id: fc.constantFrom('p-1', 'p-2'),
        role: fc.constantFrom('INDIVIDUAL_CUSTOMER', 'COMPANY_CUSTOMER'),
        tags: fc.subarray(['vip', 'staff']),
      }),
      { maxLength: 2 },
    ),
  ),
  ownerFailed: fc.boolean(),
  missing: fc.subarray(['P1', 'P2']),
})
const effects = fc.constantFrom(profile, tag, links)

test('what the ledger has as done is never done again, and what was refused for good is never tried again', () => {
  fc.assert(
    fc.property(effects, known, (effect, facts) => {
      expect(decideAction(effect, { ...facts, ledger: 'done' }).action).toBe('unchanged')
      expect(decideAction(effect, { ...facts, ledger: 'refused' }).action).toBe('fail')
    }),
  )
})

test('a profile is created only where the target has none with its reference', () => {
  fc.assert(
    fc.property(known, (facts) => {
      const { action } = decideAction(profile, facts)
      const isOpen = facts.ledger === 'none' || facts.ledger === 'open'
      expect(action === 'create').toBe(isOpen && (facts.profiles ?? []).length === 0)
    }),
  )
})

test('one profile of the same kind is taken over by its id; two, or one of the other kind, never', () => {
  const one = { id: 'p-1', role: 'INDIVIDUAL_ASSOCIATED', tags: [] }
  const facts: Known = { ledger: 'none', profiles: [one], ownerFailed: false }
  expect(decideAction(profile, facts)).toMatchObject({
    action: 'unchanged',
    code: 'EXISTS',
    profileId: 'p-1',
  })
  expect(decideAction(profile, { ...facts, profiles: [one, { ...one, id: 'p-2' }] }).code).toBe(
    'DUPLICATE_IN_TARGET',
  )
  expect(decideAction(profile, { ...facts, profiles: [{ ...one, role: 'COMPANY_CUSTOMER' }] }).code).toBe(
    'OTHER_ENTITY_TYPE',
  )
})

test('nothing is attached to a profile that cannot come to exist', () => {
  fc.assert(
    fc.property(fc.constantFrom(tag, links), known, (effect, facts) => {
      const { action } = decideAction(effect, { ...facts, ledger: 'none', ownerFailed: true })
      expect(action).toBe('skip')
    }),
  )
})

test('links are made while one associate has a profile; a label that is there is not set again', () => {
  const facts: Known = { ledger: 'none', profiles: null, ownerFailed: false }
  expect(decideAction(links, { ...facts, missing: ['P1'] }).action).toBe('create')
  expect(decideAction(links, { ...facts, missing: ['P1', 'P2'] }).code).toBe('ALL_LINKS_MISSING')
  const tagged = { id: 'p-1', role: 'INDIVIDUAL_CUSTOMER', tags: ['vip'] }
  expect(decideAction(tag, { ...facts, profiles: [tagged] }).code).toBe('ALREADY_TAGGED')
  expect(decideAction(tag, { ...facts, profiles: [{ ...tagged, tags: [] }] }).action).toBe('create')
})
