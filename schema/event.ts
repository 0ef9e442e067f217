import { z } from 'zod'
import { DateTime, Uuid } from './scalars.ts'

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
