import { z } from 'zod'
import { operation } from './operation.ts'
import { Uuid } from './scalars.ts'

/** Whose key this is; `user` is null for the key of a system. */
export const Identity = z
  .object({
    institution: z.object({ id: Uuid, name: z.string() }),
    user: z.object({ id: Uuid, name: z.string(), email: z.string() }).nullable(),
  })
  .meta({ id: 'Identity' })
export type Identity = z.infer<typeof Identity>

export const WhoAmI = operation({
  name: 'WhoAmI',
  summary: 'Tells which institution and user the key belongs to',
  method: 'GET',
  path: '/4.0/whoami',
  may: 'READ_PROFILE',
  output: Identity,
})
