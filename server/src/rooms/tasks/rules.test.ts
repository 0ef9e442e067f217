import { PolicyTaskVariant } from '@drawbridge/policy/policy.ts'
import { expect, test } from 'vitest'
import { rowOfState, willExpireAt } from './rules.ts'

const now = new Date('2026-03-01T10:00:00Z')
const later = new Date('2026-04-01T10:00:00Z')
const endless = PolicyTaskVariant.parse({
  id: crypto.randomUUID(),
  alias: 'identity',
  name: 'Identity',
  description: '',
  task_type: 'INDIVIDUAL_VERIFY_IDENTITY',
})
const variant = { ...endless, expiry: { days: 31, days_by_risk: {}, notification_days: 30 } }
const person = { at: now, byPerson: true }

test('a passed task expires after the days of its variant, any other task does not', () => {
  expect(rowOfState('COMPLETED_PASS', variant, person).defaultExpiresAt).toEqual(later)
  expect(rowOfState('COMPLETED_FAIL', variant, person).defaultExpiresAt).toBeNull()
  expect(rowOfState('INCOMPLETE', variant, person).defaultExpiresAt).toBeNull()
  expect(rowOfState('COMPLETED_PASS', endless, person).defaultExpiresAt).toBeNull()
  expect(rowOfState('COMPLETED_PASS', undefined, person).defaultExpiresAt).toBeNull()
})

test('a task that a person set back is left alone by automation, and is no longer completed', () => {
  expect(rowOfState('INCOMPLETE', undefined, person)).toMatchObject({ heldByPerson: true, completedAt: null })
  expect(rowOfState('COMPLETED_FAIL', undefined, person)).toMatchObject({
    heldByPerson: false,
    completedAt: now,
  })
})

test('a task that automation set back is not left alone', () => {
  expect(rowOfState('INCOMPLETE', undefined, { at: now, byPerson: false }).heldByPerson).toBe(false)
})

test('an expiry set by hand wins over the default', () => {
  expect(willExpireAt({ customExpiresAt: later, defaultExpiresAt: now })).toBe(later)
  expect(willExpireAt({ customExpiresAt: null, defaultExpiresAt: now })).toBe(now)
  expect(willExpireAt({ customExpiresAt: null, defaultExpiresAt: null })).toBeNull()
})
