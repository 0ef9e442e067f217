import { z } from 'zod'
import { CalendarDate, DateTime, Uuid } from './scalars.ts'

/** How risky a client is. */
export const RiskLevelCategory = z.enum(['LOW', 'MEDIUM', 'HIGH', 'UNDETERMINED'])
export type RiskLevelCategory = z.infer<typeof RiskLevelCategory>

/** The risk of an application (the newer place). */
export const ApplicationRisk = z.looseObject({
  risk_model: z.object({ id: Uuid, version: DateTime.optional() }).optional(),
  is_pending: z.boolean().optional(),
  overall: z.object({ score: z.number().optional(), level: RiskLevelCategory.optional() }).optional(),
  expiry: CalendarDate.optional(),
  thresholds: z.object({ low_medium: z.number().optional(), medium_high: z.number().optional() }).optional(),
})
export type ApplicationRisk = z.infer<typeof ApplicationRisk>

/** The risk of a profile (the older place). */
export const RiskOverview = z.looseObject({
  components: z.array(z.looseObject({ name: z.string() })),
  is_pending: z.boolean().optional(),
  missing_required_components: z.array(z.string()),
  inherited: z.object({ top_parent_name: z.string().optional(), top_parent_id: Uuid }).optional(),
  overall_risk: z.object({ score: z.number().optional(), category: RiskLevelCategory.optional() }),
})
export type RiskOverview = z.infer<typeof RiskOverview>
