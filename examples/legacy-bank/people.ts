import type { Bank } from './bank.ts'
import { individualNumber, personNumber } from './bank.ts'
import type { DirtKind } from './dirt.ts'
import { dirtOf } from './dirt.ts'
import type { Place } from './places.ts'
import { places } from './places.ts'
import type { Random } from './random.ts'
import { randomFor } from './random.ts'

/** Columns of `individuals.csv`. */
export const individualColumns =
  'client_no;title;first_names;last_name;birth_date;sex;nationality;street;house_no;town;county;postcode;country;email;phone;national_id;segment;opened_on;active;labels'.split(
    ';',
  )

/** Columns of `persons.csv`. */
export const personColumns =
  'person_no;title;first_names;last_name;birth_date;nationality;street;house_no;town;postcode;country;email;phone'.split(
    ';',
  )

/** A row of any file by column; a column that is left out is empty. */
export type Row = Record<string, string>

const firstBirthday = Date.UTC(1935, 0, 1)
const birthdays = 25_500
const dayMs = 86_400_000
/** Prime, and no divisor of the number of birthdays, so that neighbours in the file are of different ages. */
const birthdayStep = 7919
const emptyPool: readonly string[] = []

/** Writes a day as the old system does: DD/MM/YYYY. */
export function oldDate(milliseconds: number): string {
  const [year, month, day] = new Date(milliseconds).toISOString().slice(0, 10).split('-')
  return `${day}/${month}/${year}`
}

/** A day between two years, both included. */
export function dayBetween(random: Random, firstYear: number, lastYear: number): string {
  const first = Date.UTC(firstYear, 0, 1)
  const days = Math.floor((Date.UTC(lastYear, 11, 31) - first) / dayMs) + 1
  return oldDate(first + random.integer(days) * dayMs)
}

/** Fills a pattern: `#` becomes a digit, `A` a capital letter that is never mistaken for a digit. */
export function fill(random: Random, pattern: string): string {
  return pattern.replace(/[#A]/g, (mark) =>
    mark === '#' ? String(random.integer(10)) : 'ABDEFGHJLNPRSTUWXYZ'.charAt(random.integer(19)),
  )
}

/** Half of everything is in the first place. */
export function pickPlace(random: Random): Place {
  return random.chance(0.5) && places[0] !== undefined ? places[0] : random.pick(places)
}

/** Street to country of one address. */
export function addressIn(random: Random, place: Place): Row {
  const [town, county] = random.pick(place.towns)
  return {
    street: random.pick(place.streets),
    house_no: `${1 + random.integer(240)}${random.chance(0.05) ? 'a' : ''}`,
    town,
    county,
    postcode: fill(random, place.postcode),
    country: place.country,
  }
}

/**
 * The person with this number among all people of the bank. Surname and birthday together are unique: people
 * who share a birthday have numbers a multiple of the birthdays apart, and each step takes the next surname.
 */
function identity(bank: Bank, number: number, random: Random): { row: Row; place: Place } {
  const birthday = (number * birthdayStep + bank.seed) % birthdays
  const start = randomFor(bank.seed, 'surname', birthday).integer(bank.pool.surnames.length)
  const turn = Math.floor(number / birthdays)
  const surname = bank.pool.surnames[(start + turn) % bank.pool.surnames.length]
  if (surname === undefined) throw new RangeError('the people file holds no surname that can be used')
  const sex = random.pick(['M', 'F', 'M', 'F', 'M', 'F', 'M', 'F', ''])
  const names = bank.pool.firstNames.get(`${surname.script}|${sex}`) ?? bank.pool.firstNames.get('Latin|')
  const first = random.pick(names ?? emptyPool)
  const middle = bank.pool.middleNames.get(`${surname.script}|${sex}`)
  const place = pickPlace(random)
  const firstNames = middle !== undefined && random.chance(0.4) ? `${first} ${random.pick(middle)}` : first
  const title = { M: ['Mr', 'Mr', 'Dr', ''], F: ['Mrs', 'Ms', 'Miss', 'Dr', ''] }[sex] ?? ['', 'Mx']
  const row: Row = {
    title: random.pick(title),
    first_names: firstNames,
    last_name: surname.text,
    birth_date: oldDate(firstBirthday + birthday * dayMs),
    sex,
    nationality: random.chance(0.7) ? place.country : random.pick(bank.pool.nationalities),
  }
  return { row, place }
}

const labels = ['private banking', 'staff', 'paper statements', 'joint account', 'branch 0042', 'Überweisung']

/** None to three different labels, joined by `|`. */
export function pickLabels(random: Random): string {
  return labels
    .filter(() => random.chance(0.12))
    .slice(0, 3)
    .join('|')
}

/** How the row of this individual is broken on purpose, or null. */
export function individualDirt(bank: Bank, index: number): DirtKind | null {
  return dirtOf('individuals', index, bank.dirtyShare)
}

/** The row of one individual client, whole; what is broken on purpose is broken afterwards. */
export function individualRow(bank: Bank, index: number): Row {
  const random = randomFor(bank.seed, 'individual', index)
  const { row, place } = identity(bank, index, random)
  const reference = individualNumber(index)
  const address = random.chance(0.03) ? { country: place.country } : addressIn(random, place)
  return {
    ...row,
    ...address,
    client_no: reference,
    email: random.chance(0.8) ? `${reference.toLowerCase()}@post.example.com` : '',
    phone: random.chance(0.85) ? fill(random, place.phone) : '',
    national_id: nationalId(random, row.nationality === place.country ? place : null),
    segment: random.chance(0.004)
      ? 'Retail\r\n(moved in 2019)'
      : random.pick(['Retail', 'Affluent', 'Student', '']),
    opened_on: dayBetween(random, 1998, 2024),
    active: random.chance(0.95) ? 'Y' : 'N',
    labels: pickLabels(random),
  }
}

/** Only people who live where they are citizens have one on file; Spain's has a fixed form. */
function nationalId(random: Random, place: Place | null): string {
  if (place === null || random.chance(0.6)) return ''
  return fill(random, place.code === 'ES' ? '########A' : 'AA######A')
}

/** The row of one person who is only an associate. */
export function personRow(bank: Bank, index: number): Row {
  const random = randomFor(bank.seed, 'person', index)
  const { row, place } = identity(bank, bank.individuals + index, random)
  const reference = personNumber(index)
  return {
    ...row,
    ...addressIn(random, place),
    person_no: reference,
    email: random.chance(0.5) ? `${reference.toLowerCase()}@office.example.com` : '',
    phone: random.chance(0.5) ? fill(random, place.phone) : '',
  }
}
