import { z } from 'zod'
import { operation } from './operation.ts'
import { DateTime, PartialDate, Text, Uuid } from './scalars.ts'

/** What kind of match or alert an event is. */
export const EventType = z.enum([
  'PEP_FLAG',
  'SANCTION_FLAG',
  'ADVERSE_MEDIA_FLAG',
  'REFER_FLAG',
  'DOCUMENT_EXPIRY',
  'TRANSACTION_ALERT',
  'REVIEW_NEEDED',
  'CHECK_EXPIRY',
  'FRAUD_FLAG',
])
export type EventType = z.infer<typeof EventType>

/** What became of an event. */
export const EventResolution = z.enum(['UNRESOLVED', 'MISMATCH', 'MATCH', 'IGNORE', 'CREATED_TASK'])
export type EventResolution = z.infer<typeof EventResolution>

/** A match or alert that somebody has to look at. */
export const EventResource = z
  .object({
    id: Uuid,
    creation_date: DateTime.optional(),
    resolution: EventResolution.optional(),
    resolution_reason: z.string().optional(),
    resolution_date: DateTime.optional(),
    resolution_task_ids: z.array(Uuid).optional(),
    data: z.looseObject({ event_type: EventType }),
  })
  .meta({ id: 'EventResource' })
export type EventResource = z.infer<typeof EventResource>

/** How many events one call may resolve. */
const bulkMax = 200

const Words = z.array(Text).max(200)
const Dates = z.array(PartialDate).max(200)
const Countries = z.array(Text).max(300)
const Parts = z.array(z.looseObject({})).max(500)

/** What is said of a match. Other fields are kept as they are. */
const match = {
  match_id: Text.optional(),
  match_name: Text.optional(),
  provider_name: Text.optional(),
  match_custom_label: Text.optional(),
  brand_text: Text.optional(),
  score: z.number().min(0).max(1).optional(),
  modified_date: DateTime.optional(),
  aliases: Words.optional(),
  previous_names: Words.optional(),
  gender: Text.optional(),
  deceased: z.boolean().optional(),
  deceased_dates: Dates.optional(),
  match_dates: Dates.optional(),
  match_dates_data: Parts.optional(),
  match_countries: Countries.optional(),
  match_countries_address: Countries.optional(),
  match_countries_data: Parts.optional(),
  associates: Parts.optional(),
  details: Parts.optional(),
  sources: Parts.optional(),
  remarks: Words.optional(),
  locations: Parts.optional(),
  identifications: Parts.optional(),
  documents: Parts.optional(),
  profile_notes: z.string().max(100_000).optional(),
  riskography: z.string().max(100_000).optional(),
}

/** A match as a demo environment is told of one, in place of a provider that watches. */
export const NewEventData = z.discriminatedUnion('event_type', [
  z.looseObject({
    event_type: z.literal('PEP_FLAG'),
    ...match,
    pep: z
      .looseObject({ match: z.boolean().optional(), tier: z.int().optional(), roles: Parts.optional() })
      .optional(),
    pep_rating: Text.optional(),
  }),
  z.looseObject({ event_type: z.literal('SANCTION_FLAG'), ...match, sanctions: Parts.optional() }),
  z.looseObject({ event_type: z.literal('ADVERSE_MEDIA_FLAG'), ...match, media: Parts.optional() }),
  z.looseObject({ event_type: z.literal('REFER_FLAG'), ...match }),
])
export type NewEventData = z.infer<typeof NewEventData>

/** What a person says of a match; a reason belongs to what was resolved. */
const resolving = {
  resolution: EventResolution,
  resolution_reason: z.string().max(10_000).optional(),
  /** The tasks that were made of it, with CREATED_TASK. */
  resolution_task_ids: z.array(Uuid).max(50).optional(),
}

const ofProfile = z.object({ profile_id: Uuid })
const ofEvent = z.object({ profile_id: Uuid, event_id: Uuid })

export const ListEvents = operation({
  name: 'ListEvents',
  summary: 'Lists the matches and alerts of a profile, oldest first',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/events',
  may: 'READ_PROFILE',
  params: ofProfile,
  output: z.array(EventResource),
})

export const CreateEvent = operation({
  name: 'CreateEvent',
  summary: 'Adds a match as if monitoring had found it; in a demo environment only',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/events',
  may: 'MANAGE_PEP_AND_SANCTIONS_MATCHES',
  params: ofProfile,
  body: z.looseObject({ data: NewEventData }),
  output: EventResource,
})

export const GetEvent = operation({
  name: 'GetEvent',
  summary: 'Gets a match or alert',
  method: 'GET',
  path: '/4.0/profiles/{profile_id}/events/{event_id}',
  may: 'READ_PROFILE',
  params: ofEvent,
  output: EventResource,
})

export const ResolveEvent = operation({
  name: 'ResolveEvent',
  summary: 'Says what became of a match or alert; what was ignored may still be confirmed',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/events/{event_id}',
  may: 'MANAGE_PEP_AND_SANCTIONS_MATCHES',
  params: ofEvent,
  body: z.looseObject(resolving),
  output: EventResource,
})

export const ResolveEvents = operation({
  name: 'ResolveEvents',
  summary: 'Says what became of several matches or alerts: of all of them, or of none',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/events/bulk_update',
  may: 'MANAGE_PEP_AND_SANCTIONS_MATCHES',
  params: ofProfile,
  body: z.array(z.looseObject({ id: Uuid, ...resolving })).max(bulkMax),
  output: z.array(EventResource),
})
