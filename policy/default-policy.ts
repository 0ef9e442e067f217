import { Policy } from './policy.ts'

const variants = {
  identity: '3a4b5c6d-1e2f-4a3b-9c8d-000000000001',
  address: '3a4b5c6d-1e2f-4a3b-9c8d-000000000002',
  screening: '3a4b5c6d-1e2f-4a3b-9c8d-000000000003',
  company: '3a4b5c6d-1e2f-4a3b-9c8d-000000000004',
  officers: '3a4b5c6d-1e2f-4a3b-9c8d-000000000005',
  owners: '3a4b5c6d-1e2f-4a3b-9c8d-000000000006',
  companyScreening: '3a4b5c6d-1e2f-4a3b-9c8d-000000000007',
  authorized: '3a4b5c6d-1e2f-4a3b-9c8d-000000000008',
} as const

const straight = (alias: string, taskVariants: string[]) => ({
  alias,
  start: 'tasks',
  elements: [
    { kind: 'task' as const, id: 'tasks', task_variants: taskVariants, next: 'review' },
    { kind: 'outcome' as const, id: 'review', outcome: 'REVIEW' as const },
  ],
})

/** The policy a new environment starts with. */
export const defaultPolicy: Policy = Policy.parse({
  version: 1,
  products: [
    {
      id: '9c0b7f3a-64c2-4a59-9a77-000000000001',
      alias: 'individual_account',
      name: 'Individual account',
      automatically_apply: true,
      automatically_approve: false,
      applicants: 'CUSTOMER',
      intake: 'open',
      smart_policies: { INDIVIDUAL: 'individual_account' },
    },
    {
      id: '9c0b7f3a-64c2-4a59-9a77-000000000002',
      alias: 'business_account',
      name: 'Business account',
      automatically_apply: true,
      automatically_approve: false,
      applicants: 'CUSTOMER',
      intake: 'open',
      smart_policies: { COMPANY: 'business_account' },
    },
    {
      id: '9c0b7f3a-64c2-4a59-9a77-000000000003',
      alias: 'director_check',
      name: 'Director check',
      automatically_apply: false,
      automatically_approve: false,
      applicants: 'ASSOCIATED',
      intake: 'open',
      smart_policies: { INDIVIDUAL: 'associated_person', COMPANY: 'associated_company' },
    },
    {
      id: '9c0b7f3a-64c2-4a59-9a77-000000000004',
      alias: 'owner_check',
      name: 'Owner check',
      automatically_apply: false,
      automatically_approve: false,
      applicants: 'ASSOCIATED',
      intake: 'open',
      smart_policies: { INDIVIDUAL: 'associated_person', COMPANY: 'associated_company' },
    },
  ],
  smart_policies: [
    {
      id: '7e57ab1e-0000-4000-8000-000000000001',
      name: 'Individual account',
      entity_type: 'INDIVIDUAL',
      ...straight('individual_account', ['verify_identity', 'verify_address', 'assess_exposure']),
    },
    {
      id: '7e57ab1e-0000-4000-8000-000000000002',
      name: 'Business account',
      entity_type: 'COMPANY',
      ...straight('business_account', [
        'verify_company',
        'identify_officers',
        'identify_owners',
        'identify_authorized_persons',
        'assess_company_exposure',
      ]),
    },
    {
      id: '7e57ab1e-0000-4000-8000-000000000003',
      name: 'Associated person',
      entity_type: 'INDIVIDUAL',
      ...straight('associated_person', ['verify_identity', 'assess_exposure']),
    },
    {
      id: '7e57ab1e-0000-4000-8000-000000000004',
      name: 'Associated company',
      entity_type: 'COMPANY',
      ...straight('associated_company', ['verify_company', 'assess_company_exposure']),
    },
  ],
  task_variants: [
    {
      id: variants.identity,
      alias: 'verify_identity',
      name: 'Verify identity',
      description: 'Make sure the person is who they say they are.',
      task_type: 'INDIVIDUAL_VERIFY_IDENTITY',
    },
    {
      id: variants.address,
      alias: 'verify_address',
      name: 'Verify address',
      description: 'Make sure the person lives where they say they live.',
      task_type: 'INDIVIDUAL_VERIFY_ADDRESS',
    },
    {
      id: variants.screening,
      alias: 'assess_exposure',
      name: 'Assess PEPs, sanctions, and adverse media',
      description: 'Look for political exposure, sanctions and adverse media.',
      task_type: 'INDIVIDUAL_ASSESS_MEDIA_AND_POLITICAL_AND_SANCTIONS_EXPOSURE',
    },
    {
      id: variants.company,
      alias: 'verify_company',
      name: 'Verify company details',
      description: 'Make sure the company exists and is what it says it is.',
      task_type: 'COMPANY_VERIFY_IDENTITY',
    },
    {
      id: variants.officers,
      alias: 'identify_officers',
      name: 'Identify officers',
      description: 'Find out who runs the company and verify them.',
      task_type: 'COMPANY_IDENTIFY_OFFICERS',
      associates: { product: 'director_check' },
    },
    {
      id: variants.owners,
      alias: 'identify_owners',
      name: 'Identify shareholders',
      description: 'Find out who owns the company and verify them.',
      task_type: 'COMPANY_IDENTIFY_BENEFICIAL_OWNERS',
      associates: { product: 'owner_check' },
    },
    {
      id: variants.companyScreening,
      alias: 'assess_company_exposure',
      name: 'Assess sanctions and adverse media',
      description: 'Look for sanctions and adverse media about the company.',
      task_type: 'COMPANY_ASSESS_MEDIA_AND_SANCTIONS_EXPOSURE',
    },
    {
      id: variants.authorized,
      alias: 'identify_authorized_persons',
      name: 'Identify authorized persons',
      description: 'Find out who may act for the company and verify them.',
      task_type: 'COMPANY_IDENTIFY_AUTHORIZED_PERSONS',
      associates: { product: 'director_check' },
    },
  ],
})
