import { z } from 'zod'
import { CheckType } from './check.ts'
import { operation } from './operation.ts'
import { queryNumber } from './query.ts'
import { DateTime, EmptyReply, EntityType, Text, Uuid } from './scalars.ts'
import { TaskType } from './task.ts'

const Part = z.looseObject({ id: Uuid.optional(), alias: z.string().optional(), name: z.string().optional() })

/**
 * What an environment decides by, as the guide to policies describes it. What is new may come without an `id`; of what
 * there is the id stays, and `version` is given by the server.
 */
export const PolicyDocument = z
  .looseObject({
    version: z.int().optional(),
    products: z.array(Part).optional(),
    smart_policies: z.array(Part).optional(),
    task_variants: z.array(Part).optional(),
    check_variants: z.array(Part).optional(),
    risk_models: z.array(Part).optional(),
    decision_reasons: z.array(Part).optional(),
    custom_fields: z.array(Part).optional(),
  })
  .meta({ id: 'PolicyDocument' })
export type PolicyDocument = z.infer<typeof PolicyDocument>

/** Who changed the configuration: a key, a user, or the platform's own command line. */
export const ConfigurationActor = z
  .object({
    kind: z.enum(['key', 'user', 'policy', 'system']),
    id: Uuid.nullable(),
    name: z.string().nullable(),
  })
  .meta({ id: 'ConfigurationActor' })
export type ConfigurationActor = z.infer<typeof ConfigurationActor>

/** One version of the policy; `published_at` is null of the one that ships with the release. */
export const PolicyVersion = z
  .object({
    version: z.int(),
    is_in_force: z.boolean(),
    published_at: DateTime.nullable(),
    published_by: ConfigurationActor,
    /** The version whose document this one repeats. */
    rolled_back_to: z.int().optional(),
  })
  .meta({ id: 'PolicyVersion' })
export type PolicyVersion = z.infer<typeof PolicyVersion>

/** What stands in the way of publishing: where, by an RFC 6901 pointer into the document, and what to do. */
export const PolicyFault = z
  .object({ code: z.string(), message: z.string(), pointer: z.string() })
  .meta({ id: 'PolicyFault' })
export type PolicyFault = z.infer<typeof PolicyFault>

/** One thing of the policy that a draft adds, removes or changes. */
export const PolicyChange = z
  .object({
    what: z.enum(['added', 'removed', 'changed']),
    /** The list it stands in: `products`, `task_variants` and so on; `policy` for a setting of the whole. */
    kind: z.string(),
    alias: z.string(),
    /** The fields that differ, of what was changed. */
    fields: z.array(z.string()),
  })
  .meta({ id: 'PolicyChange' })
export type PolicyChange = z.infer<typeof PolicyChange>

/** A task that a product may ask for. */
const ProductTask = z.object({
  id: Uuid,
  alias: z.string(),
  name: z.string(),
  task_type: TaskType,
  entity_type: EntityType,
})

/** What can be applied for, with the names that other calls take. */
export const PolicyProduct = z
  .object({
    id: Uuid,
    alias: z.string(),
    name: z.string(),
    applicants: z.enum(['CUSTOMER', 'ASSOCIATED']),
    entity_types: z.array(EntityType),
    automatically_apply: z.boolean(),
    intake: z.enum(['open', 'migration_only']),
    task_variants: z.array(ProductTask),
  })
  .meta({ id: 'PolicyProduct' })
export type PolicyProduct = z.infer<typeof PolicyProduct>

/** A check of the policy in force and whether it runs. */
export const PolicyCheck = z
  .object({
    id: Uuid,
    alias: z.string(),
    name: z.string(),
    check_type: CheckType,
    is_on: z.boolean(),
    /** Why it is off. */
    reason: z.string().optional(),
    /** When it comes back on by itself. */
    until: DateTime.optional(),
  })
  .meta({ id: 'PolicyCheck' })
export type PolicyCheck = z.infer<typeof PolicyCheck>

/** One time that a check was switched off or on. */
export const CheckSwitch = z
  .object({
    variant_id: Uuid,
    is_on: z.boolean(),
    reason: z.string(),
    until: DateTime.optional(),
    switched_at: DateTime,
    switched_by: ConfigurationActor,
  })
  .meta({ id: 'CheckSwitch' })
export type CheckSwitch = z.infer<typeof CheckSwitch>

const ofVersion = z.object({ version: queryNumber(1, 2 ** 31 - 1) })
const ofVariant = z.object({ variant_id: Uuid })

export const GetPolicy = operation({
  name: 'GetPolicy',
  summary: 'Gets the policy that is in force',
  method: 'GET',
  path: '/4.0/policy',
  may: 'VIEW_CONFIG',
  output: PolicyDocument,
})

export const GetPolicyDraft = operation({
  name: 'GetPolicyDraft',
  summary: 'Gets the draft of the next policy',
  method: 'GET',
  path: '/4.0/policies/draft',
  may: 'VIEW_CONFIG',
  output: PolicyDocument,
  etag: true,
  mayBeMissing: true,
})

export const SavePolicyDraft = operation({
  name: 'SavePolicyDraft',
  summary: 'Saves the draft of the next policy, in place of the one there was',
  method: 'POST',
  path: '/4.0/policies/draft',
  may: 'EDIT_CONFIG',
  body: PolicyDocument,
  output: PolicyDocument,
  etag: true,
  mayBeMissing: true,
})

export const DiscardPolicyDraft = operation({
  name: 'DiscardPolicyDraft',
  summary: 'Throws the draft away',
  method: 'DELETE',
  path: '/4.0/policies/draft',
  may: 'EDIT_CONFIG',
  output: EmptyReply,
  mayBeMissing: true,
})

export const ValidatePolicyDraft = operation({
  name: 'ValidatePolicyDraft',
  summary: 'Tells everything that stands in the way of publishing the draft',
  method: 'POST',
  path: '/4.0/policies/draft/validate',
  may: 'VIEW_CONFIG',
  output: z.object({ is_valid: z.boolean(), faults: z.array(PolicyFault) }),
  mayBeMissing: true,
})

export const DiffPolicyDraft = operation({
  name: 'DiffPolicyDraft',
  summary: 'Tells what the draft would change of the policy in force',
  method: 'GET',
  path: '/4.0/policies/draft/diff',
  may: 'VIEW_CONFIG',
  output: z.object({
    version_in_force: z.int(),
    saved_at: DateTime,
    saved_by: ConfigurationActor,
    changes: z.array(PolicyChange),
  }),
  mayBeMissing: true,
})

export const PublishPolicy = operation({
  name: 'PublishPolicy',
  summary: 'Puts the draft in force as the next version; refused while anything is wrong with it',
  method: 'POST',
  path: '/4.0/policies/publish',
  may: 'EDIT_CONFIG',
  body: z.object({ draft_etag: Text.optional() }).optional(),
  output: PolicyVersion,
  mayBeMissing: true,
})

export const ListPolicyVersions = operation({
  name: 'ListPolicyVersions',
  summary: 'Lists the versions of the policy, newest first',
  method: 'GET',
  path: '/4.0/policies/versions',
  may: 'VIEW_CONFIG',
  output: z.array(PolicyVersion),
})

export const GetPolicyVersion = operation({
  name: 'GetPolicyVersion',
  summary: 'Gets one version of the policy',
  method: 'GET',
  path: '/4.0/policies/versions/{version}',
  may: 'VIEW_CONFIG',
  params: ofVersion,
  output: PolicyDocument,
})

export const RollBackPolicy = operation({
  name: 'RollBackPolicy',
  summary: 'Puts an older version in force again, as a new version',
  method: 'POST',
  path: '/4.0/policies/versions/{version}/roll_back',
  may: 'EDIT_CONFIG',
  params: ofVersion,
  output: PolicyVersion,
})

export const ListPolicyProducts = operation({
  name: 'ListPolicyProducts',
  summary: 'Lists the products of the policy in force, and the tasks they may ask for',
  method: 'GET',
  path: '/4.0/policies/products',
  may: 'VIEW_APPLICATION',
  output: z.array(PolicyProduct),
})

export const ListPolicyChecks = operation({
  name: 'ListPolicyChecks',
  summary: 'Lists the checks of the policy in force, and whether they are switched off',
  method: 'GET',
  path: '/4.0/policies/check_variants',
  may: 'VIEW_CONFIG',
  output: z.array(PolicyCheck),
})

export const SwitchCheck = operation({
  name: 'SwitchCheck',
  summary: 'Switches a check off for a time, or on again',
  method: 'POST',
  path: '/4.0/policies/check_variants/{variant_id}/switch',
  may: 'EDIT_CONFIG',
  params: ofVariant,
  body: z.object({
    is_on: z.boolean(),
    reason: Text.regex(/\S/, 'must have a character that is not a space'),
    until: DateTime.optional(),
  }),
  output: PolicyCheck,
})

export const ListCheckSwitches = operation({
  name: 'ListCheckSwitches',
  summary: 'Lists when and why a check was switched off and on, newest first',
  method: 'GET',
  path: '/4.0/policies/check_variants/{variant_id}/switches',
  may: 'VIEW_CONFIG',
  params: ofVariant,
  output: z.array(CheckSwitch),
})
