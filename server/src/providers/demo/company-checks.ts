import { associatesOf } from './associates.ts'
import { companyFamily, foundCompany } from './company.ts'
import { seededNumber, seededUuid } from './seeded.ts'
import type { Subject } from './subject.ts'

/** The register's entry with its officers: `NODATA` and `FAIL` fail, what differs or is dissolved is referred. */
export const companyRegistry = companyFamily(({ subject, plot }) => {
  if (!plot.isFound) return { output: null, result: 'Fail' }
  const isSame = plot.differs.length === 0
  const { officers } = associatesOf(subject, plot.associates)
  return {
    output: { ...foundCompany(subject, plot), officers },
    result: plot.differs.includes('NAME') ? 'Fail' : isSame && plot.isActive ? 'Pass' : 'Refer',
  }
})

/** Who owns the company: partial where a share is not known. */
export const companyOwnership = companyFamily(({ subject, plot }) => {
  if (!plot.isFound || plot.differs.includes('NAME')) return { output: null, result: 'Fail' }
  const { ownership_structure, associated_entities } = associatesOf(subject, plot.associates)
  const isKnown = ownership_structure.shareholders.every((holder) => 'total_percentage' in holder)
  return {
    output: { ...foundCompany(subject, plot), associated_entities, ownership_structure },
    result: isKnown ? 'Pass' : 'Partial',
  }
})

/** A charity's entry with its trustees: `NODATA` and `FAIL` find none. */
export const charitiesRegistry = companyFamily(({ subject, plot }) => {
  if (!plot.isFound || plot.differs.includes('NAME')) return { output: null, result: 'Fail' }
  const { officers } = associatesOf(subject, plot.associates)
  return {
    output: {
      ...foundCompany(subject, plot),
      officers: { trustees: officers.directors },
      charity_data: {
        activities: ['Invented good works'],
        beneficiaries: ['Invented neighbours'],
        purposes: ['To show a demo'],
        number_of_volunteers: seededNumber(200, 'volunteers', subject.name),
        registration_date: '2015-02-02',
      },
    },
    result: 'Pass',
  }
})

/** What the company filed: nothing with `NODATA` or `FAIL`, which fails. */
export const companyFilings = companyFamily(({ subject, plot }) => {
  if (!plot.isFound || plot.differs.includes('NAME')) return { output: null, result: 'Fail' }
  const filings = kinds.map((kind) => filing(subject, kind))
  return { output: { ...foundCompany(subject, plot), filings }, result: 'Pass' }
})

/** A filing with its document: `source_id` of the input says which. */
export const filingPurchase = companyFamily(({ subject, plot }) => {
  if (!plot.isFound || plot.differs.includes('NAME')) return { output: null, result: 'Fail' }
  const known = kinds.map((kind) => filing(subject, kind))
  const bought =
    known.find(({ source_id }) => source_id === subject.input.source_id) ?? filing(subject, kinds[0])
  const document = {
    id: seededUuid('document', bought.source_id),
    category: 'COMPANY_FILING',
    document_type: bought.type,
    images: [
      {
        image_type: 'FRONT',
        provider_reference: seededUuid('image', bought.source_id),
        upload_date: '2026-01-05 09:00:00',
      },
    ],
  }
  return { output: { ...foundCompany(subject, plot), filings: [{ ...bought, document }] }, result: 'Pass' }
})

const kinds = [
  { type: 'COMPANY_ACCOUNTS', description: 'Invented accounts of a year', date: '2025-03-31' },
  { type: 'CONFIRMATION_STATEMENT', description: 'Invented confirmation statement', date: '2024-11-12' },
  { type: 'INCORPORATION', description: 'Invented incorporation', date: '2014-05-12' },
] as const

function filing(subject: Subject, { type, description, date }: (typeof kinds)[number]) {
  return {
    source_id: `demo-${seededUuid('filing', subject.name, type)}`,
    source: 'Demo provider',
    date_of_filing: date,
    description,
    type,
    price: 0,
  }
}
