import { z } from 'zod'
import { NewApplication, ProductApplication } from './application.ts'
import { CheckResource } from './check.ts'
import { CollectedDataBody, EntityData, ImmediateEntityData } from './collected-data.ts'
import { companyData } from './company.ts'
import { DocumentImageResourceMinimal } from './document.ts'
import { EventResource, EventType } from './event.ts'
import { IndividualData } from './individual.ts'
import { operation } from './operation.ts'
import { pageLimit, pageOffset } from './query.ts'
import { RiskOverview } from './risk.ts'
import { DateTime, EmptyReply, LongText, Uuid } from './scalars.ts'
import { TagResource } from './tag.ts'
import { TaskResource, TaskType } from './task.ts'

/** Whether a profile is a customer of its own or an associate of one, and a person or a company. */
export const Role = z.enum([
  'INDIVIDUAL_CUSTOMER',
  'INDIVIDUAL_ASSOCIATED',
  'COMPANY_CUSTOMER',
  'COMPANY_ASSOCIATED',
])
export type Role = z.infer<typeof Role>

/** How far a profile is with the account. */
export const ProfileCategory = z.enum(['CUSTOMER', 'PREVIOUS_CUSTOMER', 'APPLICANT', 'INACTIVE_APPLICANT'])
export type ProfileCategory = z.infer<typeof ProfileCategory>

/** Whether somebody stopped a profile by hand. */
export const ProfileStatus = z.enum(['NORMAL', 'SUSPENDED', 'BANNED'])
export type ProfileStatus = z.infer<typeof ProfileStatus>

/** How many of a profile's live tasks are complete. */
export const TaskProgress = z.object({
  completed_count: z.number().int(),
  total_count: z.number().int(),
})
export type TaskProgress = z.infer<typeof TaskProgress>

/** What lists and expanded links show of a profile. */
export const MiniProfile = z
  .object({
    id: Uuid,
    role: Role,
    category: ProfileCategory.optional(),
    status: ProfileStatus.optional(),
    display_name: z.string().optional(),
    creation_date: DateTime.optional(),
    collected_data: EntityData.optional(),
    tags: z.array(TagResource).optional(),
    tasks: z.array(TaskResource).optional(),
    task_progress: TaskProgress.optional(),
    applications: z.array(ProductApplication).optional(),
    has_associates: z.boolean().optional(),
    has_collection_steps: z.boolean().optional(),
    unresolved_event_types: z.array(EventType).optional(),
  })
  .meta({ id: 'MiniProfile' })
export type MiniProfile = z.infer<typeof MiniProfile>

/** A link as reads show it: expanded, or the id alone beyond 200 links and below the first level. */
export const ExpandedLinkedProfile = z.looseObject({ ...MiniProfile.partial().shape, id: Uuid })
export type ExpandedLinkedProfile = z.infer<typeof ExpandedLinkedProfile>

/** All facts held about a person or a company as reads show them: linked profiles are expanded one level deep. */
export const ExpandedEntityData = z
  .discriminatedUnion('entity_type', [
    IndividualData,
    companyData(ExpandedLinkedProfile, ImmediateEntityData, 'Expanded'),
  ])
  .meta({ id: 'ExpandedEntityData' })
export type ExpandedEntityData = z.infer<typeof ExpandedEntityData>

/** A profile in full. */
export const ProfileResource = MiniProfile.extend({
  last_modified_date: DateTime.optional(),
  collected_data: ExpandedEntityData,
  verified_data: ExpandedEntityData.optional(),
  checks: z.array(CheckResource).optional(),
  collection_steps: z.array(z.looseObject({ collection_type: z.string() })).optional(),
  task_types: z.array(TaskType).optional(),
  events: z.array(EventResource).optional(),
  document_images: z.array(DocumentImageResourceMinimal).optional(),
  risk: RiskOverview.optional(),
  linked_to: z.array(z.looseObject({ id: Uuid.optional() })).optional(),
}).meta({ id: 'ProfileResource' })
export type ProfileResource = z.infer<typeof ProfileResource>

/** A profile to create; without `applications` it applies by itself for every product that says so. */
export const NewProfile = z.object({
  role: Role,
  collected_data: CollectedDataBody,
  applications: z.array(NewApplication).max(50).optional(),
})
export type NewProfile = z.infer<typeof NewProfile>

/** One page of profiles. `count` is of all that were found; `after` is the cursor of the next page, absent on the last. */
export const ProfileSearchResults = z
  .object({
    count: z.number().int(),
    limit: z.number().int(),
    offset: z.number().int(),
    hidden: z.number().int().optional(),
    capabilities: z.record(z.string(), z.array(z.string())).optional(),
    results: z.array(MiniProfile),
    associated_results: z.array(MiniProfile),
    after: z.string().optional(),
  })
  .meta({ id: 'ProfileSearchResults' })
export type ProfileSearchResults = z.infer<typeof ProfileSearchResults>

/** Confirms a deletion, which cannot be undone: `confirm_id` is the profile's id once more. */
export const ProfileDeletionRequest = z.object({ confirm_id: Uuid, message: LongText.optional() })
export type ProfileDeletionRequest = z.infer<typeof ProfileDeletionRequest>

const ofProfile = z.object({ profile_id: Uuid })

const categories = z
  .union([z.string().max(200), z.array(z.string().max(200)).max(10)])
  .transform((given) =>
    [given]
      .flat()
      .flatMap((part) => part.split(','))
      .map((part) => part.trim()),
  )
  .transform((names) => names.filter((name) => name !== ''))
  .pipe(z.array(ProfileCategory))

export const ListProfiles = operation({
  name: 'ListProfiles',
  summary: 'Lists profiles, or finds those whose name, reference or tag fits q',
  method: 'GET',
  path: '/4.0/profiles',
  may: 'SEARCH',
  query: z.object({
    q: z.string().max(200).optional(),
    limit: pageLimit,
    offset: pageOffset,
    /** A comma list of categories. */
    categories: categories.optional(),
    /** The cursor that the page before gave; with it `offset` counts from there. */
    after: z.string().max(500).optional(),
  }),
  output: ProfileSearchResults,
})

export const CreateProfile = operation({
  name: 'CreateProfile',
  summary: 'Creates a profile, with its applications',
  method: 'POST',
  path: '/4.0/profiles',
  may: 'CREATE_PROFILE',
  body: NewProfile,
  output: ProfileResource,
})

export const GetProfile = operation({
  name: 'GetProfile',
  summary: 'Gets a profile in full',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}',
  may: 'READ_PROFILE',
  params: ofProfile,
  output: ProfileResource,
})

export const DeleteProfile = operation({
  name: 'DeleteProfile',
  summary: 'Deletes a profile and everything about it, for good',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/delete',
  may: 'DELETE_PROFILE',
  params: ofProfile,
  body: ProfileDeletionRequest,
  output: EmptyReply,
})

export const GetProfileStatus = operation({
  name: 'GetProfileStatus',
  summary: 'Tells whether a profile is suspended or banned',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/status',
  may: 'READ_PROFILE',
  params: ofProfile,
  output: ProfileStatus,
})

export const SetProfileStatus = operation({
  name: 'SetProfileStatus',
  summary: 'Suspends or bans a profile, or makes it normal again',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/status',
  may: 'EDIT_PROFILE',
  params: ofProfile,
  body: ProfileStatus,
  output: ProfileStatus,
})

export const GetCollectedData = operation({
  name: 'GetCollectedData',
  summary: 'Gets all facts held about a client, with their ETag',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/collected_data',
  may: 'READ_PROFILE_COLLECTED_DATA',
  params: ofProfile,
  output: ExpandedEntityData,
  etag: true,
})

export const ReplaceCollectedData = operation({
  name: 'ReplaceCollectedData',
  summary: 'Replaces all facts held about a client; a stale If-Match is answered 412 with the current ones',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/collected_data',
  may: 'EDIT_PROFILE_COLLECTED_DATA',
  params: ofProfile,
  body: CollectedDataBody,
  output: ExpandedEntityData,
  etag: true,
})
