import type { CheckType } from '@drawbridge/schema/check.ts'
import { CountryCode, EntityType, PartialDate } from '@drawbridge/schema/scalars.ts'
import { z } from 'zod'
import { entityTypeOf } from '../../provider-kit/read-output.ts'
import type { Subject } from './subject.ts'
import { wordsOf } from './words.ts'

/** What a reference tells about the screening that it names. Nothing else keeps it. */
const Memory = z.object({
  entityType: EntityType,
  name: z.string().min(1).max(300),
  dob: PartialDate.optional(),
  gender: z.enum(['M', 'F']).optional(),
  country: CountryCode,
})

const prefix = 'demo1.'

/** A reference that holds whom a screening is about, so that later polls need no memory of this process. */
export function referenceOf({ entityType, name, dob, gender, country }: Subject): string {
  const memory = JSON.stringify({ entityType, name, dob, gender, country })
  return `${prefix}${Buffer.from(memory).toString('base64url')}`
}

/**
 * Whom a reference is about. A reference that was made elsewhere (an adopted relation) stands for the name itself,
 * so its words steer as well.
 */
export function rememberedSubject(reference: string, checkType: CheckType): Subject {
  const memory = memoryOf(reference)
  const known = memory ?? {
    entityType: entityTypeOf(checkType),
    name: reference.slice(0, 300) || 'Unnamed',
    country: 'GBR',
  }
  return { ...known, words: wordsOf([known.name]), person: {}, addresses: [], company: {}, input: {} }
}

function memoryOf(reference: string): z.infer<typeof Memory> | undefined {
  if (!reference.startsWith(prefix)) return undefined
  try {
    return Memory.safeParse(
      JSON.parse(Buffer.from(reference.slice(prefix.length), 'base64url').toString('utf8')),
    ).data
  } catch {
    return undefined
  }
}
