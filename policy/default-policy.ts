import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { z } from 'zod'
import { defaultChecks } from './default-checks.ts'
import { defaultReasons } from './default-reasons.ts'
import { countriesOfConcern, defaultRiskModels } from './default-risk.ts'
import { defaultTasks } from './default-tasks.ts'
import { Policy, type PolicyElement, type Product, type SmartPolicy } from './policy.ts'

type ProductInput = z.input<typeof Product>

const riskModels = { INDIVIDUAL: 'person_risk', COMPANY: 'company_risk' }
const product = (at: number, rest: Omit<ProductInput, 'id' | 'intake'>): ProductInput => ({
  id: `9c0b7f3a-64c2-4a59-9a77-${String(at).padStart(12, '0')}`,
  intake: 'open',
  ...rest,
})

const products: ProductInput[] = [
  // Clients of low and medium risk on whom nothing is found need no person: see the flow. All others wait for one.
  product(1, {
    alias: 'individual_account',
    name: 'Individual account',
    automatically_apply: true,
    automatically_approve: true,
    applicants: 'CUSTOMER',
    smart_policies: { INDIVIDUAL: 'individual_account' },
    risk_models: { INDIVIDUAL: riskModels.INDIVIDUAL },
  }),
  // Who runs and owns a company is a question of judgement: a person decides.
  product(2, {
    alias: 'business_account',
    name: 'Business account',
    automatically_apply: true,
    automatically_approve: false,
    applicants: 'CUSTOMER',
    smart_policies: { COMPANY: 'business_account' },
    risk_models: { COMPANY: riskModels.COMPANY },
  }),
  // Associates are approved by themselves, since a person decides on their company anyway.
  product(3, {
    alias: 'director_check',
    name: 'Director check',
    automatically_apply: false,
    automatically_approve: true,
    applicants: 'ASSOCIATED',
    smart_policies: { INDIVIDUAL: 'associated_person', COMPANY: 'associated_company' },
  }),
  product(4, {
    alias: 'owner_check',
    name: 'Owner check',
    automatically_apply: false,
    automatically_approve: true,
    applicants: 'ASSOCIATED',
    smart_policies: { INDIVIDUAL: 'associated_person', COMPANY: 'associated_company' },
  }),
  // Limited compliance (R14 to R18): the legacy system's own work is trusted, and monitoring begins.
  product(5, {
    alias: 'migrated_client',
    name: 'Migrated client',
    automatically_apply: false,
    automatically_approve: true,
    applicants: 'CUSTOMER',
    smart_policies: { INDIVIDUAL: 'migrated_person', COMPANY: 'migrated_company' },
  }),
]

const flow = (
  at: number,
  alias: string,
  name: string,
  entityType: EntityType,
  elements: PolicyElement[],
): SmartPolicy => ({
  id: `7e57ab1e-0000-4000-8000-${String(at).padStart(12, '0')}`,
  alias,
  name,
  entity_type: entityType,
  start: 'tasks',
  elements,
})

const approve: PolicyElement = { kind: 'outcome', id: 'approve', outcome: 'APPROVE' }
const review: PolicyElement = { kind: 'outcome', id: 'review', outcome: 'REVIEW' }
const tasks = (variants: string[], next: string): PolicyElement => ({
  kind: 'task',
  id: 'tasks',
  task_variants: variants,
  next,
})

/** Whoever lives in a country of concern shows where the money comes from, and a person decides. */
const individualAccount: PolicyElement[] = [
  tasks(['verify_identity', 'verify_address', 'assess_exposure'], 'lives_in_country_of_concern'),
  {
    kind: 'branch',
    id: 'lives_in_country_of_concern',
    question: {
      about: 'collected_data',
      path: 'address_history.-1.address.country',
      is_any_of: [...countriesOfConcern.gravest, ...countriesOfConcern.further],
    },
    yes: 'source_of_funds',
    no: 'is_low_or_medium_risk',
  },
  { kind: 'task', id: 'source_of_funds', task_variants: ['verify_source_of_funds'], next: 'review' },
  {
    kind: 'branch',
    id: 'is_low_or_medium_risk',
    question: { about: 'risk_level', is_any_of: ['LOW', 'MEDIUM'] },
    yes: 'approve',
    no: 'review',
  },
  approve,
  review,
]

const businessTasks = [
  'verify_company',
  'identify_officers',
  'identify_owners',
  'identify_authorized_persons',
  'assess_company_exposure',
]

const flows: SmartPolicy[] = [
  flow(1, 'individual_account', 'Individual account', 'INDIVIDUAL', individualAccount),
  flow(2, 'business_account', 'Business account', 'COMPANY', [tasks(businessTasks, 'review'), review]),
  flow(3, 'associated_person', 'Associated person', 'INDIVIDUAL', [
    tasks(['verify_identity', 'assess_exposure'], 'approve'),
    approve,
  ]),
  flow(4, 'associated_company', 'Associated company', 'COMPANY', [
    tasks(['verify_company', 'assess_company_exposure'], 'approve'),
    approve,
  ]),
  flow(5, 'migrated_person', 'Migrated person', 'INDIVIDUAL', [
    tasks(['assess_exposure'], 'approve'),
    approve,
  ]),
  flow(6, 'migrated_company', 'Migrated company', 'COMPANY', [
    tasks(['assess_company_exposure'], 'approve'),
    approve,
  ]),
]

/** The policy a new environment starts with. Its ids and aliases never change. */
export const defaultPolicy: Policy = Policy.parse({
  version: 1,
  products,
  smart_policies: flows,
  task_variants: defaultTasks,
  check_variants: defaultChecks,
  risk_models: defaultRiskModels,
  decision_reasons: defaultReasons,
})
