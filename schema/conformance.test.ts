import { expect, test } from 'vitest'
import { CreateApplication, DecideApplication, RevertDecision } from './application.ts'
import { AddDocument } from './collected-data.ts'
import { AddDocumentImage, GetDocumentImage } from './document.ts'
import { ErrorBody } from './error-body.ts'
import { AddFile } from './file.ts'
import { normaliseCollectedData } from './normalise-collected-data.ts'
import {
  CreateProfile,
  GetCollectedData,
  GetProfile,
  ReplaceCollectedData,
  SetProfileStatus,
} from './profile.ts'
import { CreateTask, SetTaskExpiry, SetTaskState, wantedTaskState } from './task.ts'
import { WhoAmI } from './whoami.ts'

// The examples of section 6 of the contract, as they travel.
const newCompany = {
  role: 'COMPANY_CUSTOMER',
  collected_data: {
    entity_type: 'COMPANY',
    customer_ref: 'crm-7001',
    metadata: { name: 'NORTH QUAY TRADING LTD', number: '09990001', country_of_incorporation: 'GBR' },
  },
  applications: [{ product: { alias: 'business_account' } }],
}

const variant = {
  id: '3a4b5c6d-1e2f-4a3b-9c8d-7e6f5a4b5001',
  alias: 'verify_company',
  name: 'Verify company details',
  task_type: 'COMPANY_VERIFY_IDENTITY',
}

const application = {
  id: '0f6f6a52-2c39-4d58-8a3e-4f1b3c2d2001',
  product: {
    id: '9c0b7f3a-64c2-4a59-9a77-1f2e3d4c3001',
    alias: 'business_account',
    name: 'Business account',
  },
  status: 'APPLIED',
  flag: 'REQUIRES_MANUAL_TASK_COMPLETION',
  history: [{ status: 'APPLIED', date: '2026-11-02 09:15:00' }],
  approval_blockers: [{ blocker_type: 'INCOMPLETE_TASK', task_type: 'COMPANY_VERIFY_IDENTITY' }],
}

const task = {
  id: '7d2c1b0a-9f8e-4d7c-8b6a-5f4e3d2c4001',
  type: 'COMPANY_VERIFY_IDENTITY',
  state: 'INCOMPLETE',
  is_complete: false,
  is_expired: false,
  is_skipped: false,
  creation_date: '2026-11-02 09:15:00',
  check_ids: [],
  form_instance_ids: [],
  variant,
}

const createdCompany = {
  id: '5b1d0c1e-7a52-4c1f-9b59-0d6c5a4a1001',
  role: 'COMPANY_CUSTOMER',
  creation_date: '2026-11-02 09:15:00',
  display_name: 'NORTH QUAY TRADING LTD',
  category: 'APPLICANT',
  status: 'NORMAL',
  collected_data: newCompany.collected_data,
  applications: [application],
  tasks: [task],
  task_types: ['COMPANY_VERIFY_IDENTITY'],
  task_progress: { completed_count: 0, total_count: 1 },
  checks: [],
  collection_steps: [],
  document_images: [],
  events: [],
  tags: [],
  linked_to: [],
  unresolved_event_types: [],
  has_associates: false,
  has_collection_steps: false,
}

const withAssociates = {
  ...newCompany.collected_data,
  metadata: {
    ...newCompany.collected_data.metadata,
    incorporation_date: '2019-04-01',
    addresses: [
      {
        type: 'registered_address',
        address: {
          type: 'STRUCTURED',
          country: 'GBR',
          locality: 'Leeds',
          postal_code: 'LS1 0AA',
          route: 'Quay Road',
          street_number: '5',
        },
      },
    ],
  },
  officers: {
    directors: [
      {
        entity_type: 'INDIVIDUAL',
        appointed_on: '2019-04-01',
        original_role: 'Director',
        linked_profile: { id: '5b1d0c1e-7a52-4c1f-9b59-0d6c5a4a1002' },
        task_variant_ids: ['3a4b5c6d-1e2f-4a3b-9c8d-7e6f5a4b5002'],
      },
    ],
  },
  ownership_structure: {
    share_classes: [{ name: 'Ordinary', currency: 'GBP', value: 1, votes: 1 }],
    shareholders: [
      {
        entity_type: 'INDIVIDUAL',
        immediate_data: {
          entity_type: 'INDIVIDUAL',
          personal_details: { name: { given_names: ['Mira'], family_name: 'Oduya' } },
        },
        total_percentage: 60,
        shareholdings: [{ share_class: 'Ordinary', amount: 60, percentage: 60, currency: 'GBP' }],
      },
    ],
  },
}

const associate = {
  role: 'INDIVIDUAL_ASSOCIATED',
  collected_data: {
    entity_type: 'INDIVIDUAL',
    personal_details: {
      name: { title: 'Ms', given_names: ['Mira', 'Jane'], family_name: 'Oduya' },
      dob: '1984-07',
      nationality: 'GBR',
    },
    address_history: [
      {
        address: { type: 'FREEFORM', country: 'GBR', text: '5 Quay Road, Leeds, LS1 0AA' },
        start_date: '2015-02',
      },
    ],
    contact_details: { email: 'mira@example.test' },
  },
}

test('1: a company is created, and the reply comes through whole', () => {
  expect(CreateProfile.body.parse(newCompany)).toStrictEqual(newCompany)
  expect(CreateProfile.output.parse(createdCompany)).toStrictEqual(createdCompany)
  expect(GetProfile.output.parse(createdCompany)).toStrictEqual(createdCompany)
})

test('2 and 3: collected data is read and replaced with associates, nothing lost', () => {
  expect(GetCollectedData.output.parse(newCompany.collected_data)).toStrictEqual(newCompany.collected_data)
  const stored = normaliseCollectedData(ReplaceCollectedData.body.parse(withAssociates))
  expect(stored).toStrictEqual(withAssociates)
  expect(ReplaceCollectedData.output.parse(stored)).toStrictEqual(withAssociates)
})

test('what was read with expanded links can be written back; only the id of a link is read', () => {
  const { applications, ...mini } = createdCompany
  const [director] = withAssociates.officers.directors
  const read = {
    ...withAssociates,
    officers: { directors: [{ ...director, linked_profile: { ...mini, id: director?.linked_profile.id } }] },
  }
  const shown = GetCollectedData.output.parse(read)
  expect(shown).toStrictEqual(read)
  expect(normaliseCollectedData(ReplaceCollectedData.body.parse(shown))).toStrictEqual(withAssociates)
})

test('a link that is written may hold anything besides its id', () => {
  const [director] = withAssociates.officers.directors
  const linked_profile = { ...director?.linked_profile, role: 'OLD_ROLE', collected_data: 7 }
  const body = { ...withAssociates, officers: { directors: [{ ...director, linked_profile }] } }
  expect(normaliseCollectedData(ReplaceCollectedData.body.parse(body))).toStrictEqual(withAssociates)
})

test('4: an associate is created, its address comes back in parts', () => {
  const parsed = CreateProfile.body.parse(associate)
  expect(parsed).toStrictEqual(associate)
  expect(normaliseCollectedData(parsed.collected_data)).toMatchObject({
    address_history: [{ start_date: '2015-02', address: { type: 'STRUCTURED', locality: 'Leeds' } }],
  })
})

test('5 and 6: an application is added and decided; a decision is taken back with or without a body', () => {
  const body = { product: { alias: 'director_check' }, associated_role: 'DIRECTOR' }
  expect(CreateApplication.body.parse(body)).toStrictEqual(body)
  expect(CreateApplication.output.parse(application)).toStrictEqual(application)
  expect(DecideApplication.body.parse({ status: 'APPROVED' })).toStrictEqual({ status: 'APPROVED' })
  expect(RevertDecision.body.parse(undefined)).toBeUndefined()
  expect(RevertDecision.body.parse({})).toStrictEqual({})
  const refusal = { errors: [{ code: 402, message: 'It is decided already', source: 'API' }] }
  expect(ErrorBody.parse(refusal)).toStrictEqual(refusal)
})

test('9: a task is completed in the new way and in the old one, and added by variant or type', () => {
  expect(wantedTaskState(SetTaskState.body.parse({ state: 'COMPLETED_PASS' }))).toBe('COMPLETED_PASS')
  expect(wantedTaskState(SetTaskState.body.parse({ is_complete: true }))).toBe('COMPLETED_PASS')
  expect(wantedTaskState(SetTaskState.body.parse({ is_complete: false }))).toBe('INCOMPLETE')
  expect(wantedTaskState(SetTaskState.body.parse({ state: 'COMPLETED_FAIL', is_complete: true }))).toBe(
    'COMPLETED_FAIL',
  )
  expect(wantedTaskState(SetTaskState.body.parse({ check_ids: [] }))).toBeUndefined()
  expect(CreateTask.body.safeParse({ variant: { alias: 'verify_company' } }).success).toBe(true)
  expect(CreateTask.body.safeParse({ type: 'COMPANY_MANUAL_TASK' }).success).toBe(true)
  expect(CreateTask.body.safeParse({ is_complete: true }).success).toBe(false)
  const expiry = { expire_at: null, reason_categories: ['OTHER'] }
  expect(SetTaskExpiry.body.parse(expiry)).toStrictEqual(expiry)
})

test('10: an image is uploaded and attached to a document', () => {
  const image = { image_type: 'FRONT', data: 'iVBORw0KGgo=' }
  const uploaded = {
    id: 'd0c00000-0000-4000-8000-000000000001',
    image_type: 'FRONT',
    upload_date: '2026-11-02 09:30:00',
    file_id: 'd0c00000-0000-4000-8000-000000000002',
  }
  const document = {
    category: 'PROOF_OF_IDENTITY',
    document_type: 'PASSPORT',
    images: [{ id: 'd0c00000-0000-4000-8000-000000000001' }],
  }
  expect(AddDocumentImage.body.parse(image)).toStrictEqual(image)
  expect(AddDocumentImage.output.parse(uploaded)).toStrictEqual(uploaded)
  expect(AddDocument.body.parse(document)).toStrictEqual(document)
  expect(AddDocument.output.parse({ ...document, id: uploaded.id })).toStrictEqual({
    ...document,
    id: uploaded.id,
  })
  expect(GetDocumentImage.query.parse({ full: 'false' })).toStrictEqual({ full: false })
  expect(GetDocumentImage.query.parse({})).toStrictEqual({ full: true })
})

test('a status travels as a bare string, a file without a name is Untitled, a key of a system has no user', () => {
  expect(SetProfileStatus.body.parse('SUSPENDED')).toBe('SUSPENDED')
  expect(AddFile.body.parse({ data: 'JVBERi0=' })).toStrictEqual({ data: 'JVBERi0=', name: 'Untitled' })
  const identity = { institution: { id: application.id, name: 'North Bank' }, user: null }
  expect(WhoAmI.output.parse(identity)).toStrictEqual(identity)
})

test('fields of a request that the contract does not know are ignored outside collected_data', () => {
  const body = { ...newCompany, id: 'mine', tags: [] }
  expect(CreateProfile.body.parse(body)).toStrictEqual(newCompany)
})
