import type { ProviderError } from '../../provider-kit/provider.ts'
import type { DemoWords } from './words.ts'

/** What is wrong with a document. */
type Flaw =
  | 'none'
  | 'image'
  | 'forgery'
  | 'name-different'
  | 'name-unreadable'
  | 'dob-different'
  | 'dob-unreadable'
  | 'unsupported'

type Category = 'PROOF_OF_IDENTITY' | 'PROOF_OF_ADDRESS'

/** How checks of documents turn out. */
export interface DocumentPlot {
  readonly flaw: Flaw
  /** The only category that has the flaw; absent when all have it. */
  readonly flawed?: Category
  /** The only category that is captured; absent for all. */
  readonly only?: Category
  readonly error?: ProviderError
}

type Plots = Readonly<Record<string, DocumentPlot>>

/** `FAIL` is a forgery, `REFER` and `1+1` leave a field unread, `NODATA` is an image that shows nothing. */
export function plotByWords(words: DemoWords): DocumentPlot {
  if (words.has('FAIL')) return { flaw: 'forgery' }
  if (words.has('NODATA')) return { flaw: 'image' }
  if (words.has('REFER')) return { flaw: 'dob-unreadable' }
  return { flaw: words.has('1+1') ? 'name-unreadable' : 'none' }
}

const flaws: Readonly<Record<string, Flaw>> = {
  ALL_PASS: 'none',
  IMAGE_CHECK_FAILURE: 'image',
  FORGERY_CHECK_FAILURE: 'forgery',
  NAME_FIELD_DIFFERENT: 'name-different',
  NAME_FIELD_UNREADABLE: 'name-unreadable',
  DOB_FIELD_DIFFERENT: 'dob-different',
  DOB_FIELD_UNREADABLE: 'dob-unreadable',
}

const verify: Plots = {
  ...named(Object.entries(flaws).map(([name, flaw]) => [`DOCUMENT_${name}`, { flaw }])),
  // The vendor's own pages misspell these two.
  DOCUMENT_NAME_FIELD_UNREADBALE: { flaw: 'name-unreadable' },
  DOCUMENT_DOB_FIELD_UNREADBALE: { flaw: 'dob-unreadable' },
  ERROR_UNSUPPORTED_DOCUMENT_TYPE: { flaw: 'unsupported' },
}

const fetched: Plots = {
  ...verify,
  ERROR_INVALID_PROVIDER_REFERENCE: erring({
    type: 'INVALID_CHECK_INPUT',
    message: 'The reference names no document at the demo provider.',
    data: { field: 'EXTERNAL_REFERENCE' },
  }),
  ERROR_MISSING_CONTACT_DETAILS: erring({
    type: 'MISSING_CHECK_INPUT',
    subType: 'MISSING_CONTACT_DETAILS',
    message: 'The demo provider was asked to miss the contact details.',
  }),
}

const categories: readonly (readonly [string, Category])[] = [
  ['ADDRESS', 'PROOF_OF_ADDRESS'],
  ['IDENTITY', 'PROOF_OF_IDENTITY'],
]

const captured: Plots = {
  ...fetched,
  DOCUMENT_ALL_CATEGORIES_ALL_PASS: { flaw: 'none' },
  ...named(
    categories.flatMap(([word, category]) =>
      Object.entries(flaws).flatMap(([name, flaw]): (readonly [string, DocumentPlot])[] => [
        [`DOCUMENT_ALL_CATEGORIES_${word}_${name}`, { flaw, flawed: category }],
        [`DOCUMENT_SINGLE_CATEGORY_${word}_${name}`, { flaw, only: category }],
      ]),
    ),
  ),
}

/** What each demo result asks of documents that are verified, fetched or captured. */
export const documentPlots = { verify, fetch: fetched, capture: captured }

function named(entries: readonly (readonly [string, DocumentPlot])[]): Plots {
  return Object.fromEntries(entries)
}

function erring(error: ProviderError): DocumentPlot {
  return { flaw: 'none', error }
}
