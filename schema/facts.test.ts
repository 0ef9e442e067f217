import { expect, test } from 'vitest'
import { z } from 'zod'
import { auditActionOf, facts } from './facts.ts'

test('every fact is named noun.happened and its payload can be printed', () => {
  for (const [name, { payload }] of Object.entries(facts)) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/)
    expect(z.toJSONSchema(payload, { target: 'draft-2020-12' })).toHaveProperty('type', 'object')
  }
})

test('the audit tells a task completed from one made incomplete again', () => {
  const payload = {
    task_id: '7d2c1b0a-9f8e-4d7c-8b6a-5f4e3d2c4001',
    task_type: 'COMPANY_VERIFY_IDENTITY' as const,
    old_state: 'INCOMPLETE' as const,
    new_state: 'COMPLETED_PASS' as const,
  }
  expect(auditActionOf({ kind: 'task.state-changed', payload })).toBe('completed-a-task')
  expect(
    auditActionOf({
      kind: 'task.state-changed',
      payload: { ...payload, old_state: 'COMPLETED_PASS', new_state: 'INCOMPLETE' },
    }),
  ).toBe('uncompleted-a-task')
})

test('what the audit does not show has no name there', () => {
  expect(auditActionOf({ kind: 'profile.deleted', payload: { initials: 'MO' } })).toBeNull()
})
