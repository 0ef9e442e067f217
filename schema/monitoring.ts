import { z } from 'zod'
import { CheckType } from './check.ts'
import { operation } from './operation.ts'
import { DateTime, Text, Uuid } from './scalars.ts'
import { tagMax } from './tag.ts'

/** A name that configuration gave. */
const Alias = z.string().min(1).max(100)

/** One provider that watches one profile. */
export const MonitoringResource = z
  .object({
    id: Uuid,
    /** The provider by alias. */
    provider: Alias,
    check_type: CheckType,
    state: z.enum(['ACTIVE', 'STOPPED']),
    stop_reason: z.enum(['NO_LIVE_APPLICATION', 'ASSOCIATE_REMOVED', 'PROVIDER_REMOVED']).optional(),
    /** The check that began it; absent where the relation was adopted. */
    check_id: Uuid.optional(),
    started_on: DateTime,
    stopped_on: DateTime.optional(),
    /** When the provider last said how things are. */
    last_looked_on: DateTime.optional(),
    next_look_on: DateTime.optional(),
    /** Where an adopted relation comes from. */
    adopted_from: Text.optional(),
  })
  .meta({ id: 'MonitoringResource' })
export type MonitoringResource = z.infer<typeof MonitoringResource>

export const ListMonitoring = operation({
  name: 'ListMonitoring',
  summary: 'Lists which providers watch a profile, or did',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/monitoring',
  may: 'READ_PROFILE',
  params: z.object({ profile_id: Uuid }),
  output: z.array(MonitoringResource),
})

export const AdoptMonitoring = operation({
  name: 'AdoptMonitoring',
  summary: 'Carries on a monitoring relation that the client has with a provider already',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/monitoring',
  may: 'RUN_CHECK',
  params: z.object({ profile_id: Uuid }),
  body: z.object({
    provider: Alias,
    check_type: CheckType,
    /** What the provider calls the relation. */
    reference: Text.min(1),
    /** What the provider calls itself in answers, where it needs to be told. */
    provider_id: Text.optional(),
    /** The system or contract that it comes from, for the record. */
    adopted_from: Text.min(1),
  }),
  output: MonitoringResource,
})

/** How long ago the profiles watched by one provider were looked at. */
const ProviderCoverage = z.object({
  provider: Alias,
  check_type: CheckType,
  active: z.int(),
  stopped: z.int(),
  /** Of the active ones, when the provider last said how things are. */
  looked_at: z.object({
    within_an_hour: z.int(),
    within_a_day: z.int(),
    within_a_week: z.int(),
    longer_ago: z.int(),
    never: z.int(),
  }),
  oldest_look_on: DateTime.optional(),
  /** Should have been looked at, and were not. */
  overdue: z.int(),
})

/** Whether everybody who is to be watched is. */
export const MonitoringCoverage = z
  .object({
    as_of: DateTime,
    is_whole: z.boolean(),
    overdue: z.int(),
    providers: z.array(ProviderCoverage),
  })
  .meta({ id: 'MonitoringCoverage' })
export type MonitoringCoverage = z.infer<typeof MonitoringCoverage>

export const GetMonitoringCoverage = operation({
  name: 'GetMonitoringCoverage',
  summary: 'Says how many profiles are watched, by whom, how long ago, and which should have been looked at',
  method: 'GET',
  path: '/4.0/monitoring/coverage',
  may: 'VIEW_CONFIG',
  output: MonitoringCoverage,
})

/** A check that is run for a whole population, and how far it is. */
export const RescreenResource = z
  .object({
    id: Uuid,
    state: z.enum(['RUNNING', 'PAUSED', 'DONE']),
    check_variant: Alias,
    product: Alias.optional(),
    policy: Alias.optional(),
    tag_id: Uuid.optional(),
    per_minute: z.int(),
    /** Profiles that were to be reached when it began; those deleted since are not. */
    total: z.int(),
    instructed: z.int(),
    completed: z.int(),
    /** Completed checks that could not be answered: to be run again. */
    failed: z.int(),
    created_on: DateTime,
    ended_on: DateTime.optional(),
  })
  .meta({ id: 'RescreenResource' })
export type RescreenResource = z.infer<typeof RescreenResource>

/** The most profiles in a minute. */
const perMinuteMax = 6_000

export const CreateRescreen = operation({
  name: 'CreateRescreen',
  summary: 'Runs a check for all profiles with a live application: of a product, of a policy, with a tag',
  method: 'POST',
  path: '/4.0/rescreens',
  may: 'EDIT_CONFIG',
  body: z.object({
    check_variant: Alias,
    product: Alias.optional(),
    policy: Alias.optional(),
    tag: z.string().min(1).max(tagMax).optional(),
    per_minute: z.int().min(1).max(perMinuteMax).default(60),
  }),
  output: RescreenResource,
})

export const ListRescreens = operation({
  name: 'ListRescreens',
  summary: 'Lists the rescreens of the environment, newest first, the last 100',
  method: 'GET',
  path: '/4.0/rescreens',
  may: 'VIEW_CONFIG',
  output: z.array(RescreenResource),
})

const ofRescreen = z.object({ rescreen_id: Uuid })

export const GetRescreen = operation({
  name: 'GetRescreen',
  summary: 'Says how far a rescreen is',
  method: 'GET',
  path: '/4.0/rescreens/{rescreen_id}',
  may: 'VIEW_CONFIG',
  params: ofRescreen,
  output: RescreenResource,
})

export const PauseRescreen = operation({
  name: 'PauseRescreen',
  summary: 'Reaches no more profiles until it is resumed; checks that were instructed go on',
  method: 'POST',
  path: '/4.0/rescreens/{rescreen_id}/pause',
  may: 'EDIT_CONFIG',
  params: ofRescreen,
  output: RescreenResource,
})

export const ResumeRescreen = operation({
  name: 'ResumeRescreen',
  summary: 'Goes on where it was paused',
  method: 'POST',
  path: '/4.0/rescreens/{rescreen_id}/resume',
  may: 'EDIT_CONFIG',
  params: ofRescreen,
  output: RescreenResource,
})
