import type { Bank } from './bank.ts'
import { companyNumber } from './bank.ts'
import type { DirtKind } from './dirt.ts'
import { dirtOf } from './dirt.ts'
import type { Row } from './people.ts'
import { addressIn, dayBetween, fill, pickLabels, pickPlace } from './people.ts'
import { randomFor } from './random.ts'

/** Columns of `companies.csv`. */
export const companyColumns =
  'company_no;name;registration_no;country;state;legal_form;incorporated_on;street;house_no;town;county;postcode;vat_no;website;phone;email;active;is_client;labels'.split(
    ';',
  )

const trades =
  'Shipping,Foods,Engineering,Textiles,Optics,Timber,Printing,Logistics,Ceramics,Software,Tools,Vineyards,Insulation,Bicycles,Paper,Lighting,Instruments,Nurseries,Bakery,Joinery,Pumps,Glass,Furniture,Catering,Roofing,Publishing,Packaging,Fisheries,Brewing'.split(
    ',',
  )
const kinds =
  'Group,Holding,Partners,Works,Services,International,Brothers,Trading,Supplies,Industries,Ventures'.split(
    ',',
  )
/** Prime and larger than every list above, so that the order of names looks like none and repeats late. */
const nameStep = 1_000_003

/** A name that no other company of the bank has: the number is written in the digits of three lists. */
function companyName(bank: Bank, index: number): string {
  const { latin } = bank.pool
  const number = (index * nameStep + bank.seed) % (latin.length * trades.length * kinds.length)
  const surname = latin[number % latin.length]
  const rest = Math.floor(number / latin.length)
  return `${surname} ${trades[rest % trades.length]} ${kinds[Math.floor(rest / trades.length)]}`
}

/** How the row of this company is broken on purpose, or null; owners' rows never are. */
export function companyDirt(bank: Bank, index: number): DirtKind | null {
  return index < bank.companies ? dirtOf('companies', index, bank.dirtyShare) : null
}

/** The row of one company, client or owner, whole; what is broken on purpose is broken afterwards. */
export function companyRow(bank: Bank, index: number): Row {
  const random = randomFor(bank.seed, 'company', index)
  const place = pickPlace(random)
  const [form, suffix] = random.pick(place.legalForms)
  const plain = `${companyName(bank, index)} ${suffix}`
  const reference = companyNumber(index)
  const isClient = index < bank.companies
  return {
    ...addressIn(random, place),
    company_no: reference,
    name: random.chance(0.01) ? `${plain} "Export; Import"` : plain,
    registration_no: String(index + 1 + random.integer(2) * 10_000_000).padStart(8, '0'),
    state: place.states.length > 0 ? random.pick(place.states) : '',
    legal_form: form,
    incorporated_on: dayBetween(random, 1950, 2022),
    vat_no: random.chance(0.7) ? place.code + fill(random, '#########') : '',
    website: random.chance(0.6) ? `https://www.${reference.toLowerCase()}.example.com` : '',
    phone: random.chance(0.8) ? fill(random, place.phone) : '',
    email: random.chance(0.7) ? `${reference.toLowerCase()}@firm.example.com` : '',
    active: random.chance(0.97) ? 'Y' : 'N',
    is_client: isClient ? 'Y' : 'N',
    labels: isClient ? pickLabels(random) : '',
  }
}
