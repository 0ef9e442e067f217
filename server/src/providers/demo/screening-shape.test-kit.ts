import { CalendarDate, CountryCode, EntityType, PartialDate, Text, Uuid } from '@drawbridge/schema/scalars.ts'
import { z } from 'zod'

const flag = z.enum(['PEP', 'SANCTION', 'ADVERSE_MEDIA', 'REFER'])
const article = z.strictObject({ url: z.url(), title: Text, snippet: Text, date: CalendarDate })
const details = z.array(z.strictObject({ title: Text, text: Text }))
const sources = z.array(z.strictObject({ name: Text, url: z.url() }))
const gender = z.enum(['M', 'F']).optional()

/** The shape of a screening: the hits of the provider protocol (1.5), and the same as results of the contract. */
export const screening = z.strictObject({
  entity_type: EntityType,
  screening_hits: z.array(
    z.strictObject({
      provider: z.strictObject({ hit_id: Uuid, label: Text, name: Text }),
      status: z.literal('UNRESOLVED'),
      flags: z.array(z.strictObject({ type: flag })).min(1),
      data: z.strictObject({
        name: Text.min(1),
        aliases: z.array(Text),
        countries: z.array(z.strictObject({ type: z.literal('RESIDENCE'), country: CountryCode })),
        dates: z.array(z.strictObject({ type: z.literal('DOB'), date: PartialDate })),
        deceased: z.boolean(),
        gender,
        confidence_score: z.number().min(0).max(1),
        details,
        sources,
        pep: z
          .strictObject({
            tier: z.int(),
            roles: z.array(
              z.strictObject({ name: Text, tier: z.int(), tenure: z.strictObject({ start: PartialDate }) }),
            ),
          })
          .optional(),
        sanctions: z
          .array(
            z.strictObject({
              name: Text,
              type: Text,
              issued_by: Text,
              list: z.strictObject({ name: Text }),
              time_periods: z.array(z.strictObject({ start: PartialDate })),
            }),
          )
          .optional(),
        media: z.array(article).optional(),
      }),
    }),
  ),
  sanctions_results: z.array(
    z.strictObject({
      match_id: Uuid,
      match_name: Text.min(1),
      match_custom_label: Text.optional(),
      match_countries: z.array(CountryCode),
      match_countries_data: z.array(
        z.strictObject({ type: z.literal('RESIDENCE'), country_code: CountryCode }),
      ),
      match_dates: z.array(PartialDate).optional(),
      match_dates_data: z.array(z.strictObject({ type: z.literal('DOB'), date: PartialDate })).optional(),
      gender,
      aliases: z.array(Text),
      score: z.number().min(0).max(1),
      deceased: z.boolean(),
      details,
      sources,
      pep: z
        .strictObject({
          match: z.boolean(),
          tier: z.int(),
          roles: z.array(
            z.strictObject({
              name: Text,
              tier: z.int(),
              from_date: PartialDate,
              is_current: z.boolean(),
            }),
          ),
        })
        .optional(),
      sanctions: z
        .array(
          z.strictObject({
            issuer: Text,
            name: Text,
            type: Text,
            list: Text,
            is_current: z.boolean(),
            is_past: z.boolean(),
            time_periods: z.array(z.strictObject({ from_date: PartialDate })),
          }),
        )
        .optional(),
      media: z.array(article).optional(),
    }),
  ),
})
