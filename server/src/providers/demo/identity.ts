import { family, type Telling, type Told } from './family.ts'
import { seededNumber, seededUuid } from './seeded.ts'

type Field = 'FORENAME' | 'SURNAME' | 'ADDRESS' | 'DOB'

/** Which fields each database finds. A list is one database, by its place. */
interface IdentityPlot {
  readonly found: readonly (readonly Field[])[]
  readonly isDead?: boolean
}

const name: readonly Field[] = ['FORENAME', 'SURNAME']
const nameAddress: readonly Field[] = [...name, 'ADDRESS']
const nameDob: readonly Field[] = [...name, 'DOB']
const all: readonly Field[] = [...name, 'ADDRESS', 'DOB']

const none: IdentityPlot = { found: [] }
const one: IdentityPlot = { found: [nameAddress] }
const two: IdentityPlot = { found: [nameAddress, nameDob] }

const databases = [
  { database_name: 'Demo electoral register', database_type: 'CIVIL' },
  { database_name: 'Demo credit file', database_type: 'CREDIT' },
] as const

/** Identity checks: 2+2 without words, 1+1 with `1+1`, no match with `FAIL` or `NODATA`. */
export const identity = family<IdentityPlot>({
  byWords: (words) => (words.has('FAIL') || words.has('NODATA') ? none : words.has('1+1') ? one : two),
  byResult: {
    NO_MATCHES: none,
    ONE_NAME_ADDRESS_MATCH: one,
    ONE_NAME_DOB_MATCH: { found: [nameDob] },
    TWO_NAME_ADDRESS_MATCH: { found: [nameAddress, nameAddress] },
    TWO_NAME_ADDRESS_MATCHES: { found: [nameAddress, nameAddress] },
    ONE_NAME_ADDRESS_ONE_NAME_DOB_MATCH: two,
    ONE_NAME_ADDRESS_DOB_MATCH: { found: [all] },
    MORTALITY_MATCH: { found: [], isDead: true },
    ONE_NAME_ADDRESS_MORTALITY_MATCH: { found: [nameAddress], isDead: true },
    ONE_NAME_ADDRESS_ONE_NAME_DOB_MORTALITY_MATCH: { found: [nameAddress, nameDob], isDead: true },
  },
  tell: identityCheck,
})

function identityCheck({ subject, plot }: Telling<IdentityPlot>): Told {
  const matches = databases.map((database, place) => {
    const fields = plot.found[place] ?? []
    const seen =
      fields.length === 0 ? {} : { date_first_seen: firstSeen(subject.name, database.database_name) }
    return { ...database, matched_fields: fields, count: fields.length === 0 ? 0 : 1, ...seen }
  })
  const mortality = {
    database_name: 'Demo mortality register',
    database_type: 'MORTALITY',
    matched_fields: plot.isDead === true ? nameDob : [],
    count: plot.isDead === true ? 1 : 0,
  }
  return {
    output: {
      entity_type: 'INDIVIDUAL',
      ...(subject.addresses.length > 0 && { address_history: subject.addresses }),
      electronic_id_check: {
        matches: [...matches, mortality],
        provider_reference_number: `DEMO-${seededUuid('identity', subject.name).slice(0, 8).toUpperCase()}`,
      },
    },
  }
}

function firstSeen(...texts: readonly string[]): string {
  return `${2001 + seededNumber(15, ...texts)}-06-01`
}
