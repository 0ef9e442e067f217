import { expect, expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import { RevertDecision } from './application.ts'
import { AddFile } from './file.ts'
import type { CallInput } from './operation.ts'
import { CreateProfile, type GetCollectedData, ListProfiles, ReplaceCollectedData } from './profile.ts'

// These hold when the file compiles: the compiler is the judge, the assertions keep the values in use.
test('a caller passes parameters, query and body side by side, defaults left out', () => {
  const list: CallInput<typeof ListProfiles> = { q: 'Oduya', limit: 200, categories: 'CUSTOMER' }
  const file: CallInput<typeof AddFile> = { profile_id: 'p', body: { data: 'JVBERi0=' } }
  const revert: CallInput<typeof RevertDecision> = { profile_id: 'p', application_id: 'a' }
  expect(ListProfiles.query.parse(list)).toMatchObject({ limit: 200, offset: 0, categories: ['CUSTOMER'] })
  expect(AddFile.body.parse(file.body)).toMatchObject({ name: 'Untitled' })
  expect(RevertDecision.body.parse(revert.body)).toBeUndefined()
})

test('fields of the contract are typed in collected_data, others are free', () => {
  const create: CallInput<typeof CreateProfile> = {
    body: {
      role: 'INDIVIDUAL_CUSTOMER',
      collected_data: { entity_type: 'INDIVIDUAL', customer_ref: 'crm-1', own_field: 1 },
    },
  }
  const wrong = {
    body: {
      role: 'INDIVIDUAL_CUSTOMER' as const,
      collected_data: { entity_type: 'INDIVIDUAL' as const, customer_ref: 1 },
    },
  }
  expectTypeOf(wrong).not.toExtend<CallInput<typeof CreateProfile>>()
  expectTypeOf(create).toExtend<CallInput<typeof CreateProfile>>()
  expect(CreateProfile.body.safeParse(create.body).success).toBe(true)
  expect(CreateProfile.body.safeParse(wrong.body).success).toBe(false)
})

test('what was read can be handed back to be written', () => {
  const read: z.output<typeof GetCollectedData.output> = {
    entity_type: 'COMPANY',
    metadata: { name: 'North Quay' },
  }
  const replace: CallInput<typeof ReplaceCollectedData> = {
    profile_id: 'p',
    body: read,
    if_match: 'W/"1.000"',
  }
  expect(ReplaceCollectedData.body.parse(replace.body)).toStrictEqual(read)
})
