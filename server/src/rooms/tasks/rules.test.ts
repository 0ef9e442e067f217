import { expect, test } from 'vitest'
import { stateSetByPerson, willExpireAt } from './rules.ts'

const now = new Date('2026-03-01T10:00:00Z')
const later = new Date('2026-04-01T10:00:00Z')

test('a passed task expires after the days of its variant, any other task does not', () => {
  const variant = { expires_after_days: 31 }
  expect(stateSetByPerson('COMPLETED_PASS', variant, now).defaultExpiresAt).toEqual(later)
  expect(stateSetByPerson('COMPLETED_FAIL', variant, now).defaultExpiresAt).toBeNull()
  expect(stateSetByPerson('INCOMPLETE', variant, now).defaultExpiresAt).toBeNull()
  expect(stateSetByPerson('COMPLETED_PASS', {}, now).defaultExpiresAt).toBeNull()
  expect(stateSetByPerson('COMPLETED_PASS', undefined, now).defaultExpiresAt).toBeNull()
})

test('a task that a person set back is left alone by automation, and is no longer completed', () => {
  expect(stateSetByPerson('INCOMPLETE', undefined, now)).toMatchObject({
    heldByPerson: true,
    completedAt: null,
  })
  expect(stateSetByPerson('COMPLETED_FAIL', undefined, now)).toMatchObject({
    heldByPerson: false,
    completedAt: now,
  })
})

test('an expiry set by hand wins over the default', () => {
  expect(willExpireAt({ customExpiresAt: later, defaultExpiresAt: now })).toBe(later)
  expect(willExpireAt({ customExpiresAt: null, defaultExpiresAt: now })).toBe(now)
  expect(willExpireAt({ customExpiresAt: null, defaultExpiresAt: null })).toBeNull()
})
