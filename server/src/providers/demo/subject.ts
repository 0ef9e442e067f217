import { AddressHistory, type DatedAddress } from '@drawbridge/schema/address.ts'
import { CompanyMetadata } from '@drawbridge/schema/company-metadata.ts'
import { PersonalDetails } from '@drawbridge/schema/personal-details.ts'
import type { EntityType } from '@drawbridge/schema/scalars.ts'
import type { z } from 'zod'
import { type DemoWords, wordsOf } from './words.ts'

/** Whom a check is about: what the demo provider looks at of its input. */
export interface Subject {
  readonly entityType: EntityType
  /** The whole name; `Unnamed` when there is none. */
  readonly name: string
  readonly words: DemoWords
  /** Of a person; empty for a company. */
  readonly person: PersonalDetails
  readonly dob?: string | undefined
  readonly gender?: 'M' | 'F' | undefined
  /** Where the person lives now, or the company was founded; GBR when it is not known. */
  readonly country: string
  readonly addresses: readonly DatedAddress[]
  readonly company: CompanyMetadata
  /** The whole input, for what only one check type reads. */
  readonly input: Readonly<Record<string, unknown>>
}

/** Reads the input of a check. Parts that are not as the contract says are taken for absent. */
export function subjectOf(input: Readonly<Record<string, unknown>>, entityType: EntityType): Subject {
  const person = part(PersonalDetails, input.personal_details) ?? {}
  const addresses = part(AddressHistory, input.address_history) ?? []
  const company = part(CompanyMetadata, input.metadata) ?? {}
  const names =
    entityType === 'COMPANY'
      ? [company.name ?? '']
      : [...(person.name?.given_names ?? []), person.name?.family_name ?? '']
  return {
    entityType,
    name:
      names
        .filter((name) => name.trim() !== '')
        .join(' ')
        .slice(0, 300) || 'Unnamed',
    words: wordsOf(names),
    person,
    dob: person.dob,
    gender: person.gender,
    country: addresses.at(-1)?.address.country ?? company.country_of_incorporation ?? 'GBR',
    addresses,
    company,
    input,
  }
}

/** A part of an input; undefined when it is absent or not as the contract says. */
export function part<T>(schema: z.ZodType<T>, value: unknown): T | undefined {
  if (value === undefined || value === null) return undefined
  const read = schema.safeParse(value)
  return read.success ? read.data : undefined
}
