import { type Document, DocumentCategory } from '@drawbridge/schema/document.ts'
import { z } from 'zod'
import { type DocumentPlot, documentPlots, plotByWords } from './document-plots.ts'
import { type Family, family, type Told } from './family.ts'
import { inventedPerson } from './invented.ts'
import { seededNumber, seededUuid } from './seeded.ts'
import { part, type Subject } from './subject.ts'

/** A document of the input: only what names it. */
const GivenDocument = z.looseObject({
  id: z.string().optional(),
  category: DocumentCategory.catch('PROOF_OF_IDENTITY'),
  document_type: z.string().catch('UNKNOWN'),
})
type GivenDocument = z.infer<typeof GivenDocument>

/** Verification of documents that the platform holds: each is answered with what was read and checked. */
export const documentVerification = documentFamily('verify', ({ subject, plot }) => {
  const given = givenDocuments(subject)
  if (given.length === 0) return missing('DOCUMENT', 'There is no document to verify.')
  return documents(
    subject,
    given.map((document) => ({ ...document, ...checked(subject, document, plot) })),
  )
})

/** A document that the provider holds: it takes the id and category of the placeholder. */
export const documentFetch = documentFamily('fetch', ({ subject, plot }) => {
  if (plot.error !== undefined) return { output: null, errors: [plot.error] }
  const placeholder = givenDocuments(subject)[0]
  const category = placeholder?.category ?? 'PROOF_OF_IDENTITY'
  return documents(subject, [held(subject, category, plot, placeholder?.id)])
})

/** Documents that the provider collects: one of each category. */
export const documentCapture = documentFamily('capture', ({ subject, plot }) => {
  if (plot.error !== undefined) return { output: null, errors: [plot.error] }
  const wanted = plot.only === undefined ? (['PROOF_OF_IDENTITY', 'PROOF_OF_ADDRESS'] as const) : [plot.only]
  return documents(
    subject,
    wanted.map((category) => held(subject, category, plot)),
  )
})

function documentFamily(
  kind: 'verify' | 'fetch' | 'capture',
  tell: (telling: { subject: Subject; plot: DocumentPlot }) => Told,
): Family {
  return family<DocumentPlot>({ byWords: plotByWords, byResult: documentPlots[kind], tell })
}

function documents(subject: Subject, list: readonly object[]): Told {
  return { output: { entity_type: subject.entityType, documents: list } }
}

function missing(field: string, message: string): Told {
  return { output: null, errors: [{ type: 'MISSING_CHECK_INPUT', message, data: { field } }] }
}

function givenDocuments(subject: Subject): readonly GivenDocument[] {
  return part(z.array(GivenDocument), subject.input.documents) ?? []
}

function held(subject: Subject, category: DocumentCategory, plot: DocumentPlot, id?: string) {
  const document = {
    id: id ?? seededUuid('document', subject.name, category),
    category,
    document_type: category === 'PROOF_OF_ADDRESS' ? 'UTILITY_BILL' : 'PASSPORT',
  }
  const sides = category === 'PROOF_OF_ADDRESS' ? ['FRONT'] : ['FRONT', 'FACE']
  const images = sides.map((image_type) => ({
    image_type,
    provider_reference: seededUuid('image', document.id, image_type),
    upload_date: '2026-01-05 09:00:00',
  }))
  return { ...document, images, ...checked(subject, document, plot) }
}

/** What was read from a document and how its checks went. A flaw of another category leaves it alone. */
function checked(subject: Subject, document: Pick<GivenDocument, 'id' | 'category'>, plot: DocumentPlot) {
  const flaw = plot.flawed === undefined || plot.flawed === document.category ? plot.flaw : 'none'
  const isSupported = flaw !== 'unsupported'
  const passes = (kind: string) => isSupported && flaw !== kind
  const check = (category: string, type: string, isPassed: boolean) => [
    { category, type, result: isPassed ? 'PASS' : 'FAIL' },
  ]
  return {
    extracted_data: extractedData(subject, document, flaw),
    verification_result: {
      provider_name: 'Demo provider',
      all_passed: flaw === 'none',
      document_type_passed: isSupported,
      ...(!isSupported && { error_reason: 'Documents of this type are not supported.' }),
      image_checks_passed: passes('image'),
      image_checks: check('Image', 'Quality', passes('image')),
      forgery_checks_passed: passes('forgery'),
      forgery_checks: check('Forgery', 'Print', passes('forgery')),
      field_checks: fieldChecks(flaw),
    },
  }
}

function fieldChecks(flaw: DocumentPlot['flaw']) {
  const result = (field: 'name' | 'dob') =>
    flaw === `${field}-different`
      ? 'CHECK_INVALID'
      : flaw === `${field}-unreadable`
        ? 'CHECK_UNCERTAIN'
        : 'CHECK_VALID'
  return [
    { field: 'FIELD_GIVEN_NAMES', result: result('name') },
    { field: 'FIELD_FAMILY_NAME', result: result('name') },
    { field: 'FIELD_DOB', result: result('dob') },
  ]
}

function extractedData(
  subject: Subject,
  document: Pick<GivenDocument, 'id' | 'category'>,
  flaw: DocumentPlot['flaw'],
): NonNullable<Document['extracted_data']> {
  const seed = [subject.name, document.id ?? '', document.category]
  const other = inventedPerson('other', ...seed)
  const { name, dob, ...rest } = subject.person
  const told = {
    name: flaw === 'name-different' ? { given_names: [other.given], family_name: other.family } : name,
    dob: flaw === 'dob-different' ? `${1940 + seededNumber(50, ...seed)}-02-03` : dob,
  }
  return {
    issuer: 'Demo office',
    issuing_country: subject.country,
    number: `D${String(seededNumber(100_000_000, 'number', ...seed)).padStart(8, '0')}`,
    issued: '2022-03-01',
    expiry: '2032-02-29',
    ...(subject.entityType === 'INDIVIDUAL' && {
      personal_details: {
        ...rest,
        ...(told.name !== undefined && flaw !== 'name-unreadable' && { name: told.name }),
        ...(told.dob !== undefined && flaw !== 'dob-unreadable' && { dob: told.dob }),
      },
    }),
    ...(document.category === 'PROOF_OF_ADDRESS' && { address_history: [...subject.addresses] }),
  }
}
