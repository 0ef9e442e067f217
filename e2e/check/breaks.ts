import type { HeldProfile, MigratedBank } from './migrated-bank.ts'
import { listAt, textAt } from './values.ts'

/** The first profile that fits; raises Error when the bank has none, so that no test passes by finding nothing. */
export function first(bank: MigratedBank, fits: (profile: HeldProfile) => boolean): HeldProfile {
  const found = bank.profiles.find(fits)
  if (found === undefined) throw new Error('the test needs a profile that this bank does not have')
  return found
}

/** A profile that has a plain file. */
export const withFile = (profile: HeldProfile): boolean => profile.files.length > 0
const withImage = (profile: HeldProfile): boolean => profile.images.length > 0
/** A client who is a person. */
export const isPerson = (profile: HeldProfile): boolean => profile.role === 'INDIVIDUAL_CUSTOMER'
const isFirm = (profile: HeldProfile): boolean => profile.role === 'COMPANY_CUSTOMER'
const withLabel = (profile: HeldProfile): boolean => profile.tags.length > 1

/** Sets or, with undefined, takes out what lies at a path of the collected data. */
export function put(profile: HeldProfile, path: string, value: unknown): void {
  const steps = path.split('.')
  const last = steps.pop() ?? ''
  const parent = steps.reduce<unknown>(
    (here, step) => Reflect.get(Object(here), step),
    profile.collected_data,
  )
  if (value === undefined) Reflect.deleteProperty(Object(parent), last)
  else Reflect.set(Object(parent), last, value)
}

function list(profile: HeldProfile, path: string): unknown[] {
  return listAt(profile.collected_data, path)
}

const house = 'address_history.0.address.street_number'
const phone = 'contact_details.phone_number'
const directors = 'officers.directors'

function dob(profile: HeldProfile): string {
  return textAt(profile.collected_data, 'personal_details.dob')
}

/** The first profile that has something at a path. */
function firstAt(bank: MigratedBank, path: string): HeldProfile {
  return first(bank, (held) => list(held, path).length > 0 || textAt(held.collected_data, path) !== '')
}

/** Where a test that swaps bytes has put the scan in which one byte is another. */
export interface Scratch {
  brokenScan: string
}

function swapBytes(held: { path: string }[], { brokenScan }: Scratch): void {
  const [scan] = held
  if (scan !== undefined) scan.path = brokenScan
}

/** The list of the report in which a fault must be found. */
export type Verdict = 'lost' | 'duplicated' | 'different' | 'strays'
/** One fault that a migration could leave, and how the checker must find it. */
export type Break = readonly [
  what: string,
  verdict: Verdict,
  kind: string,
  change: (bank: MigratedBank, scratch: Scratch) => unknown,
]

/** Every kind of fault, each made on purpose. */
export const breaks: readonly Break[] = [
  ['a profile is missing', 'lost', 'profile', (bank) => bank.profiles.splice(3, 1)],
  [
    'a profile is there twice',
    'duplicated',
    'profile',
    (bank) => bank.profiles.push({ ...first(bank, isPerson), id: 'twin' }),
  ],
  [
    'a profile is of nobody in the source',
    'strays',
    'profile',
    (bank) => put(first(bank, isPerson), 'customer_ref', 'X1'),
  ],
  [
    'a profile has no reference',
    'strays',
    'profile',
    (bank) => put(first(bank, isPerson), 'customer_ref', undefined),
  ],
  [
    'a client became an associate',
    'different',
    'field',
    (bank) => {
      first(bank, isPerson).role = 'INDIVIDUAL_ASSOCIATED'
    },
  ],
  [
    'a birthday is another',
    'different',
    'field',
    (bank) => put(first(bank, isPerson), 'personal_details.dob', '1970-01-01'),
  ],
  [
    'day and month of a birthday are swapped',
    'different',
    'field',
    (bank) => {
      const profile = first(bank, (held) => isPerson(held) && !/-(\d\d)-\1$/.test(dob(held)))
      const [year, month, day] = dob(profile).split('-')
      put(profile, 'personal_details.dob', `${year}-${day}-${month}`)
    },
  ],
  ['a house number is missing', 'different', 'field', (bank) => put(firstAt(bank, house), house, undefined)],
  [
    'an accent is lost',
    'different',
    'field',
    (bank) => {
      const path = 'address_history.0.address.locality'
      const profile = first(bank, (held) => /[ößäüéł]/i.test(textAt(held.collected_data, path)))
      put(profile, path, textAt(profile.collected_data, path).replace(/[^\0-\x7f]/g, '?'))
    },
  ],
  [
    'a field holds what the source does not know',
    'different',
    'field',
    (bank) => {
      const profile = first(bank, (held) => isPerson(held) && textAt(held.collected_data, phone) === '')
      put(profile, phone, '+447700900000')
    },
  ],
  [
    'a leading zero is gone',
    'different',
    'field',
    (bank) => {
      const profile = first(bank, (held) => textAt(held.collected_data, 'metadata.number').startsWith('0'))
      put(profile, 'metadata.number', String(Number(textAt(profile.collected_data, 'metadata.number'))))
    },
  ],
  [
    'a company has an address twice',
    'different',
    'field',
    (bank) => {
      const addresses = list(first(bank, isFirm), 'metadata.addresses')
      addresses.push(addresses[0])
    },
  ],
  ['a label is missing', 'lost', 'tag', (bank) => first(bank, withLabel).tags.pop()],
  [
    'a label is there twice',
    'duplicated',
    'tag',
    (bank) => {
      const { tags } = first(bank, withLabel)
      tags.push({ id: 'again', name: tags[1]?.name ?? '' })
    },
  ],
  [
    'a label is of somebody else',
    'strays',
    'tag',
    (bank) => first(bank, isPerson).tags.push({ id: 'other', name: 'other' }),
  ],
  [
    'a profile is not found under the label of the migration',
    'lost',
    'listing',
    (bank) => first(bank, isPerson).tags.shift(),
  ],
  ['a director is missing', 'lost', 'link', (bank) => list(firstAt(bank, directors), directors).pop()],
  [
    'a director is there twice',
    'duplicated',
    'link',
    (bank) => {
      const found = list(firstAt(bank, directors), directors)
      found.push(found[0])
    },
  ],
  [
    'a director is another person',
    'strays',
    'link',
    (bank) => {
      const entry = list(firstAt(bank, directors), directors)[0]
      Reflect.set(Object(entry), 'linked_profile', { id: first(bank, isPerson).id })
    },
  ],
  [
    'a shareholder stands among the directors',
    'strays',
    'link',
    (bank) => {
      const company = firstAt(bank, 'ownership_structure.shareholders')
      list(company, directors).push(list(company, 'ownership_structure.shareholders').pop())
    },
  ],
  [
    'an associate without a profile was added',
    'strays',
    'link',
    (bank) => {
      list(firstAt(bank, directors), directors).push({ entity_type: 'INDIVIDUAL', immediate_data: {} })
    },
  ],
  [
    'a share is another',
    'different',
    'field',
    (bank) => {
      const path = 'ownership_structure.shareholders'
      Reflect.set(Object(list(firstAt(bank, path), path)[0]), 'total_percentage', 99.9)
    },
  ],
  [
    'an associate does not point back',
    'lost',
    'link',
    (bank) => {
      first(bank, ({ linked_to }) => linked_to.length > 0).linked_to = []
    },
  ],
  [
    'an associate points at a company that does not know it',
    'strays',
    'link',
    (bank) => first(bank, isPerson).linked_to.push({ id: 'elsewhere' }),
  ],
  ['a file is missing', 'lost', 'file', (bank) => first(bank, withFile).files.pop()],
  ['an upload was not noted', 'lost', 'file', (bank) => bank.uploads.pop()],
  [
    'a file lies with another profile',
    'lost',
    'file',
    (bank) => {
      const [upload] = bank.uploads
      if (upload !== undefined) upload.profile_id = bank.profiles.at(-1)?.id ?? ''
    },
  ],
  [
    'a file was uploaded twice',
    'duplicated',
    'file',
    (bank) => {
      const [upload] = bank.uploads
      if (upload !== undefined) bank.uploads.push({ ...upload, file_id: 'again' })
    },
  ],
  [
    'a file is of nobody',
    'strays',
    'file',
    (bank) => bank.uploads.push({ owner_no: 'X1', path: 'x', profile_id: 'x', file_id: 'x' }),
  ],
  [
    'one byte of a file is another',
    'different',
    'file',
    (bank, scratch) => swapBytes(first(bank, withFile).files, scratch),
  ],
  ['an image is missing', 'lost', 'image', (bank) => first(bank, withImage).images.pop()],
  [
    'an image is there twice',
    'duplicated',
    'image',
    (bank) => {
      const { images } = first(bank, withImage)
      images.push({ id: 'again', image_type: 'FRONT', path: images[0]?.path ?? '' })
    },
  ],
  [
    'one byte of an image is another',
    'strays',
    'image',
    (bank, scratch) => swapBytes(first(bank, withImage).images, scratch),
  ],
  [
    'an image is of the other side',
    'different',
    'image',
    (bank) => {
      const [image] = first(bank, withImage).images
      if (image !== undefined) image.image_type = 'FACE'
    },
  ],
  [
    'an image is in no document',
    'lost',
    'document',
    (bank) => put(first(bank, withImage), 'documents', undefined),
  ],
  [
    'a document is of another kind',
    'different',
    'document',
    (bank) => put(first(bank, withImage), 'documents.0.category', 'SUPPORTING'),
  ],
  [
    'a document is there twice',
    'duplicated',
    'document',
    (bank) => {
      const documents = list(first(bank, withImage), 'documents')
      documents.push(documents[0])
    },
  ],
]
