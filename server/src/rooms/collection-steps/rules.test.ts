import type { EntityData } from '@drawbridge/schema/collected-data.ts'
import type { CollectionStep } from '@drawbridge/schema/collection-step.ts'
import type { Document } from '@drawbridge/schema/document.ts'
import { expect, test } from 'vitest'
import { openSteps } from './rules.ts'

const id = (last: number) => `0c0ffee0-0000-4000-8000-00000000000${last}`
const stepsOf = (...types: string[]) =>
  types.map((collection_type) => ({ collection_type }) as CollectionStep)
const typesOf = (steps: readonly CollectionStep[]) => steps.map((step) => step.collection_type)
const person = (more: object): EntityData => ({ entity_type: 'INDIVIDUAL', ...more })
const passport = (more: Partial<Document> = {}): Document => ({
  id: id(1),
  category: 'PROOF_OF_IDENTITY',
  document_type: 'PASSPORT',
  images: [{ id: id(2), image_type: 'FRONT' }],
  ...more,
})
const wanted = (more: object = {}): CollectionStep => ({
  collection_type: 'DOCUMENT',
  id: id(9),
  category: 'PROOF_OF_IDENTITY',
  allowed_types: ['PASSPORT', 'STATE_ID'],
  ...more,
})
const forTask = (last: number): CollectionStep => ({
  collection_type: 'DOCUMENT_FOR_TASK',
  id: id(last),
  task_id: id(8),
})

const simple = stepsOf('FULL_NAME', 'NATIONALITY', 'ADDRESS_HISTORY', 'EMAIL', 'PHONE_NUMBER')

test('each kind of data ends its own step, whole and not empty', () => {
  const address = { type: 'STRUCTURED', country: 'GBR' } as const
  for (const [more, ended] of [
    [{ personal_details: { name: { given_names: ['Mira'], family_name: 'Oduya' } } }, 'FULL_NAME'],
    [{ personal_details: { nationality: 'GBR' } }, 'NATIONALITY'],
    [{ address_history: [{ address }] }, 'ADDRESS_HISTORY'],
    [{ contact_details: { email: 'mira@example.test' } }, 'EMAIL'],
    [{ contact_details: { phone_number: '+44 1' } }, 'PHONE_NUMBER'],
  ] as const)
    expect(typesOf(openSteps(simple, person(more)))).toEqual(typesOf(simple).filter((type) => type !== ended))
  const empty = person({
    personal_details: { name: { given_names: [' '], family_name: 'Oduya' } },
    address_history: [],
    contact_details: { email: '' },
  })
  expect(openSteps(simple, empty)).toEqual(simple)
})

test('a company has a name, addresses and ways to be reached, but neither birth nor nationality', () => {
  const company: EntityData = {
    entity_type: 'COMPANY',
    metadata: {
      name: 'NORTH QUAY TRADING LTD',
      addresses: [{ type: 'registered_address', address: { type: 'STRUCTURED', country: 'GBR' } }],
      contact_information: { email: 'a@example.test', phone_number: '1' },
    },
  }
  expect(typesOf(openSteps([...simple, ...stepsOf('DOB')], company))).toEqual(['NATIONALITY', 'DOB'])
})

test.each([
  ['YEAR', '1980', true],
  ['YEAR', '1980-02-28', true],
  ['YEAR_MONTH', '1980', false],
  ['YEAR_MONTH', '1980-02', true],
  ['YEAR_MONTH_DAY', '1980-02', false],
  ['YEAR_MONTH_DAY', '1980-02-28', true],
  [undefined, '1980-02', false],
  [undefined, '1980-02-28', true],
] as const)('a date of birth wanted as %s ends with %s: %s', (precision, dob, ends) => {
  const step: CollectionStep = { collection_type: 'DOB', ...(precision === undefined ? {} : { precision }) }
  expect(openSteps([step], person({ personal_details: { dob } }))).toEqual(ends ? [] : [step])
})

test.each([
  ['as it was asked for', passport(), {}, true],
  ['of another category', passport({ category: 'PROOF_OF_ADDRESS' }), {}, false],
  ['of a type that is not allowed', passport({ document_type: 'VISA' }), {}, false],
  ['of any type, where none is named', passport({ document_type: 'VISA' }), { allowed_types: [] }, true],
  ['that shows nothing', passport({ images: [] }), {}, false],
  ['without a face, where likeness is asked for', passport(), { facial_similarity: true }, false],
  [
    'with a face',
    passport({ images: [{ id: id(3), image_type: 'FACE' }] }),
    { facial_similarity: true },
    true,
  ],
] as const)('a document %s', (_how, document, more, ends) => {
  const step = wanted(more)
  expect(openSteps([step], person({ documents: [document] }))).toEqual(ends ? [] : [step])
})

test('a new document ends one step for a task, the one of its id first, and none where another waited for it', () => {
  const steps = [forTask(4), forTask(5)]
  const bill = passport({ id: id(7), category: 'PROOF_OF_ADDRESS', document_type: 'UTILITY_BILL' })
  const data = person({ documents: [bill] })
  expect(openSteps(steps, data)).toEqual(steps)
  expect(openSteps(steps, data, bill.id)).toEqual([forTask(5)])
  const own = person({ documents: [{ ...bill, id: id(5) }] })
  expect(openSteps(steps, own, id(5))).toEqual([forTask(4)])
  expect(openSteps([wanted(), forTask(4)], person({ documents: [passport()] }), id(1))).toEqual([forTask(4)])
  const blank = person({ documents: [{ ...bill, images: [] }] })
  expect(openSteps(steps, blank, bill.id)).toEqual(steps)
})
