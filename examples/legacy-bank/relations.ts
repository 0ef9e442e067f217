import type { Bank } from './bank.ts'
import { chainLength, companyNumber, individualNumber, personNumber } from './bank.ts'
import { companyDirt } from './companies.ts'
import type { Row } from './people.ts'
import { dayBetween, individualDirt } from './people.ts'
import type { Random } from './random.ts'
import { randomFor } from './random.ts'

/** Columns of `relations.csv`. */
export const relationColumns = 'company_no;party_no;role;since;until;share_percent;share_class;shares'.split(
  ';',
)

const peoplePerCompany = 1.5
/** Every company is divided into this many shares, so that one share is a tenth of a percent. */
const allShares = 1000

/** Places of the one or two people who are there because of this company. */
export function ownPeople(index: number): number[] {
  const first = Math.floor(index * peoplePerCompany)
  const next = Math.floor((index + 1) * peoplePerCompany)
  return Array.from({ length: next - first }, (_, offset) => first + offset)
}

/** The nearest place from here on whose row is whole: nothing points at a row broken on purpose. */
function whole(index: number, count: number, isDirty: (index: number) => boolean): number {
  let place = index
  while (isDirty(place)) place = (place + 1) % count
  return place
}

/** The company that owns the larger part of this one, or null. */
function corporateOwner(bank: Bank, index: number, random: Random): number | null {
  const groups = Math.ceil(bank.owners / chainLength)
  if (groups === 0) return null
  if (index >= bank.companies) {
    const place = index - bank.companies
    const isLast = place % chainLength === chainLength - 1 || place + 1 === bank.owners
    return isLast ? null : index + 1
  }
  const group = Math.floor((index * groups) / bank.companies)
  const first = Math.ceil((group * bank.companies) / groups)
  const isFirst = index === whole(first, bank.companies, (at) => companyDirt(bank, at) !== null)
  return isFirst || random.chance(0.25) ? bank.companies + group * chainLength : null
}

/** In every third group the topmost company is in turn owned in a small part by the lowest: a circle. */
function circularOwner(bank: Bank, index: number): number | null {
  const place = index - bank.companies
  const isTop = place >= 0 && (place % chainLength === chainLength - 1 || place + 1 === bank.owners)
  const group = Math.floor(place / chainLength)
  const lowest = bank.companies + group * chainLength
  return isTop && group % 3 === 0 && lowest !== index ? lowest : null
}

interface Holding {
  party: string
  shares: number
}

function holdings(bank: Bank, index: number, people: string[], random: Random): Holding[] {
  const held: Holding[] = []
  const owner = corporateOwner(bank, index, random)
  if (owner !== null) held.push({ party: companyNumber(owner), shares: 510 + random.integer(240) })
  const circular = circularOwner(bank, index)
  if (circular !== null) held.push({ party: companyNumber(circular), shares: 50 + random.integer(50) })
  let free = allShares - held.reduce((sum, holding) => sum + holding.shares, 0)
  for (const party of people) {
    const shares = people.length === 1 && random.chance(0.5) ? free : 1 + random.integer(free - 1)
    if (free > 1 && (owner === null || random.chance(0.5))) {
      held.push({ party, shares })
      free -= shares
    }
  }
  return held
}

/** Directors: the company's own people, at times one shared with another company, at times a client. */
function directors(bank: Bank, index: number, people: string[], random: Random): string[] {
  const found = [...people]
  if (random.chance(0.15)) {
    const other = whole(
      random.integer(bank.companies),
      bank.companies,
      (at) => companyDirt(bank, at) !== null,
    )
    const [shared] = ownPeople(other)
    if (other !== index && shared !== undefined) found.push(personNumber(shared))
  }
  if (random.chance(0.1)) {
    const dirty = (at: number): boolean => individualDirt(bank, at) !== null
    found.push(individualNumber(whole(random.integer(bank.individuals), bank.individuals, dirty)))
  }
  return found
}

/** Percent of a number of shares as the export writes it, e.g. `12.5`. */
function percent(shares: number): string {
  return String((shares * 100) / allShares)
}

/** All relations of one company whose row is whole; the shares add up to 100 % or less. */
export function relationRows(bank: Bank, index: number): Row[] {
  const random = randomFor(bank.seed, 'relations', index)
  const people = ownPeople(index).map(personNumber)
  const rows: Row[] = []
  const add = (party: string, role: string, more: Row): void => {
    rows.push({ company_no: companyNumber(index), party_no: party, role, ...more })
  }
  const board = directors(bank, index, people, random)
  for (const party of board) {
    const until = random.chance(0.04) ? dayBetween(random, 2020, 2024) : ''
    add(party, 'Director', { since: dayBetween(random, 2000, 2019), until })
  }
  if (random.chance(0.4)) {
    add(random.pick(board), 'Secretary', { since: dayBetween(random, 2010, 2023) })
  }
  const held = holdings(bank, index, people, random)
  for (const { party, shares } of held) {
    const share_class = random.chance(0.8) ? 'Ordinary' : 'Preference A'
    add(party, 'Shareholder', { share_percent: percent(shares), share_class, shares: String(shares) })
  }
  for (const { party, shares } of held) {
    const controls = party.startsWith('P') && shares * 4 >= allShares
    if (controls) add(party, 'Beneficial owner', { share_percent: percent(shares) })
  }
  if (random.chance(0.3)) {
    add(random.pick(board), 'Authorised signatory', { since: dayBetween(random, 2015, 2024) })
  }
  return rows
}
