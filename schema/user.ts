import { z } from 'zod'
import { Uuid } from './scalars.ts'

/** Who did something; null when the policy or a key did. */
export const User = z
  .object({
    id: Uuid,
    name: z.string(),
    email: z.string().optional(),
    is_active: z.boolean().optional(),
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof User>
