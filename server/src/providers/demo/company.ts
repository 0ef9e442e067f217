import { type AssociateSketch, associatesOf, corporate, person } from './associates.ts'
import { family, type Telling, type Told } from './family.ts'
import { inventedAddress } from './invented.ts'
import { seededNumber } from './seeded.ts'
import type { Subject } from './subject.ts'
import type { DemoWords } from './words.ts'

type Field = 'NAME' | 'NUMBER' | 'COUNTRY_OF_INCORPORATION' | 'ADDRESS'

/** How data about a company turns out. */
interface CompanyPlot {
  readonly isFound: boolean
  readonly isActive: boolean
  readonly differs: readonly Field[]
  readonly associates: readonly AssociateSketch[]
}

const director = person(1, { role: 'DIRECTOR' })
const shareholders = [
  person(
    2,
    { role: 'SHAREHOLDER', share: 55 },
    { role: 'BENEFICIAL_OWNER', share: 55 },
    { role: 'PERSON_OF_SIGNIFICANT_CONTROL', share: 55 },
  ),
  person(3, { role: 'SHAREHOLDER', share: 30 }),
  person(4, { role: 'SHAREHOLDER' }),
  corporate(5, { role: 'SHAREHOLDER' }),
]
const resigned = person(6, { role: 'DIRECTOR', isFormer: true })
const formerShareholder = person(7, { role: 'SHAREHOLDER', isFormer: true, share: 10 })

const plain: CompanyPlot = { isFound: true, isActive: true, differs: [], associates: [director] }
const withPeople = (...associates: readonly AssociateSketch[]): CompanyPlot => ({ ...plain, associates })
const differing = (field: Field): CompanyPlot => ({ ...plain, differs: [field] })

function byWords(words: DemoWords): CompanyPlot {
  return {
    isFound: !words.has('NODATA'),
    isActive: !words.has('INACTIVE'),
    differs: words.has('FAIL') ? ['NAME', 'NUMBER'] : words.has('1+1') ? ['ADDRESS'] : [],
    associates: words.has('SHAREHOLDERS') ? [director, ...shareholders] : [director],
  }
}

const byResult: Readonly<Record<string, CompanyPlot>> = {
  NO_DATA: { ...plain, isFound: false },
  ALL_DATA: withPeople(
    director,
    ...shareholders,
    resigned,
    formerShareholder,
    person(8, { role: 'COMPANY_SECRETARY' }),
  ),
  COMPANY_INACTIVE: { ...plain, isActive: false },
  COMPANY_NAME_MISMATCH: differing('NAME'),
  COMPANY_NUMBER_MISMATCH: differing('NUMBER'),
  COMPANY_COUNTRY_OF_INCORPORATION_MISMATCH: differing('COUNTRY_OF_INCORPORATION'),
  COMPANY_ADDRESS_MATCH: plain,
  COMPANY_ADDRESS_MISMATCH: differing('ADDRESS'),
  COMPANY_RESIGNED_OFFICER: withPeople(director, resigned),
  COMPANY_FORMER_SHAREHOLDER: withPeople(director, formerShareholder),
  COMPANY_OFFICER_WITH_MULTIPLE_ROLES: withPeople(
    person(1, { role: 'DIRECTOR' }, { role: 'COMPANY_SECRETARY' }, { role: 'SHAREHOLDER', share: 40 }),
  ),
  COMPANY_SHAREHOLDER_WITH_100_PERCENT_OWNERSHIP: withPeople(
    director,
    person(2, { role: 'SHAREHOLDER', share: 100 }),
  ),
  COMPANY_SHAREHOLDER_WITH_SIGNIFICANT_CONTROL: withPeople(
    director,
    person(2, { role: 'SHAREHOLDER', share: 80 }, { role: 'PERSON_OF_SIGNIFICANT_CONTROL', share: 80 }),
  ),
  COMPANY_INDIVIDUAL_OF_SIGNIFICANT_CONTROL: withPeople(
    director,
    person(2, { role: 'PERSON_OF_SIGNIFICANT_CONTROL' }),
  ),
  COMPANY_COMPANY_OF_SIGNIFICANT_CONTROL: withPeople(
    director,
    corporate(2, { role: 'PERSON_OF_SIGNIFICANT_CONTROL' }),
  ),
}

/** A family of checks that answers with facts about a company, or with a selection of them. */
export function companyFamily(tell: (telling: Telling<CompanyPlot>) => Told) {
  return family<CompanyPlot>({ byWords, byResult, tell })
}

/** Company data: all of it. `NODATA` finds no company, which is no error. */
export const companyData = companyFamily(({ subject, plot }) => {
  if (!plot.isFound) return { output: null }
  const { associated_entities, officers, ownership_structure } = associatesOf(subject, plot.associates)
  return {
    output: {
      ...foundCompany(subject, plot),
      associated_entities,
      officers,
      ownership_structure,
      field_checks: fieldChecks(plot),
      financials: financialsOf(subject),
    },
  }
})

/** The company as found. */
export function foundCompany(subject: Subject, plot: CompanyPlot) {
  const differs = (field: Field) => plot.differs.includes(field)
  const given = subject.company
  const country = given.country_of_incorporation ?? 'GBR'
  return {
    entity_type: 'COMPANY',
    metadata: {
      ...given,
      name: differs('NAME') ? `${subject.name} (another company)`.slice(0, 1000) : subject.name,
      number: differs('NUMBER') ? 'DEMO00000000' : (given.number ?? numberOf(subject)),
      country_of_incorporation: differs('COUNTRY_OF_INCORPORATION') ? otherThan(country) : country,
      incorporation_date: given.incorporation_date ?? '2014-05-12',
      is_active: plot.isActive,
      is_active_details: plot.isActive ? 'Active' : 'Dissolved',
      company_type: given.company_type ?? 'Private limited company',
      structured_company_type: given.structured_company_type ?? {
        is_limited: true,
        is_public: false,
        ownership_type: 'COMPANY',
      },
      addresses:
        differs('ADDRESS') || given.addresses === undefined
          ? [{ type: 'registered_address', address: inventedAddress(country, subject.name) }]
          : given.addresses,
    },
  }
}

function numberOf(subject: Subject): string {
  return `DEMO${String(seededNumber(100_000_000, 'number', subject.name)).padStart(8, '0')}`
}

const otherThan = (country: string) => (country === 'FRA' ? 'GBR' : 'FRA')

/** Statements of two years. */
function financialsOf(subject: Subject) {
  const turnover = 100_000 + seededNumber(900_000, 'turnover', subject.name)
  const statement = (date: string, value: number) => ({
    date,
    currency_code: 'GBP',
    statement_type: 'PROFIT_AND_LOSS',
    entries: [{ name: 'Turnover', value: { currency_code: 'GBP', value } }],
  })
  return {
    statements: [statement('2025-03-31', turnover), statement('2024-03-31', Math.round(turnover * 0.9))],
  }
}

function fieldChecks(plot: CompanyPlot) {
  const fields: readonly Field[] = ['NAME', 'NUMBER', 'COUNTRY_OF_INCORPORATION', 'ADDRESS']
  return [
    ...fields.map((field) => ({ field, result: plot.differs.includes(field) ? 'MISMATCH' : 'MATCH' })),
    { field: 'IS_ACTIVE', result: plot.isActive ? 'MATCH' : 'MISMATCH' },
  ]
}
