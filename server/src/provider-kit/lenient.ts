import { z } from 'zod'
import { ProviderFailure } from './provider.ts'

/** An object of a peer; its own fields only, whatever they hold. */
export type PeerObject = Readonly<Record<string, unknown>>

/** A JSON object, and neither a list nor null. */
export function isPeerObject(value: unknown): value is PeerObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Text of a peer, which may write it as a number or a truth; cut at a length, so that it can be stored. */
export const looseText = (lengthMax: number) =>
  z
    .union([z.string(), z.number(), z.boolean()])
    .transform((value) => String(value).slice(0, lengthMax).toWellFormed())

/** Text that must say something and must not be cut, since it names something at the peer's. */
export const wholeText = (lengthMax: number) =>
  z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1).max(lengthMax))

/** A number within limits, which a peer may write as text. */
export const looseNumber = (min: number, max: number) =>
  z
    .union([z.number(), z.string().regex(/^\s*-?\d+(\.\d+)?\s*$/)])
    .transform(Number)
    .pipe(z.number().min(min).max(max))

/** A truth, which a peer may write as text. */
export const looseTruth = z
  .union([z.boolean(), z.enum(['true', 'false', 'True', 'False'])])
  .transform((value) => value === true || String(value).toLowerCase() === 'true')

/** A field that may be absent or null: then it has this value. */
export const orElse = <S extends z.ZodType, V>(schema: S, value: V) =>
  z.preprocess((given) => given ?? undefined, schema.optional()).transform((read) => read ?? value)

/**
 * Reads what a peer sent. Raises `ProviderFailure` of kind `reply` that says what was read and which field is wrong,
 * and never repeats a value.
 */
export function readPeer<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const issue = read.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.map(String).join('.')
  throw new ProviderFailure(
    'reply',
    `${what} cannot be read: ${where.slice(0, 200)} is missing or of the wrong kind`,
  )
}
