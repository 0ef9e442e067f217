import { z } from 'zod'

/** Who an error comes from: the engine, the way the API was called, or a data provider. */
export const ErrorSource = z.enum(['ENGINE', 'API', 'PROVIDER'])
export type ErrorSource = z.infer<typeof ErrorSource>

/** What this server puts into `info`: the reason of the catalogue, the field as an RFC 6901 pointer, more by reason. */
export const ErrorInfo = z.looseObject({ reason: z.string(), pointer: z.string().optional() })
export type ErrorInfo = z.infer<typeof ErrorInfo>

/** One fault. `code` is a number of the contract (section 1), not an HTTP status; `info` may be anything. */
export const ApiError = z
  .looseObject({
    code: z.number().int(),
    message: z.string().optional(),
    source: ErrorSource.optional(),
    stage_name: z.string().optional(),
    stage_type: z.string().optional(),
    info: z.unknown().optional(),
  })
  .meta({ id: 'Error' })
export type ApiError = z.infer<typeof ApiError>

/** The body of every refusal: one entry for each fault. */
export const ErrorBody = z.object({ errors: z.array(ApiError) }).meta({ id: 'ErrorBody' })
export type ErrorBody = z.infer<typeof ErrorBody>
