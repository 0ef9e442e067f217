import type { NamePool } from './names.ts'

/** What someone asks of the generator. */
export interface BankOptions {
  /** Rows of clients: about 80 % individuals, 20 % companies. 10 to 1,000,000. */
  clients: number
  /** Whole number, 0 to 4,294,967,295, that fixes every byte of the export. */
  seed: number
  /** Share of rows of each file that are broken on purpose, 0 to 0.2. */
  dirtyShare: number
  /** Share of clients that have files, 0 to 1. */
  documentShare: number
}

/** A bank whose rows can be made one by one, in any order. */
export interface Bank extends BankOptions {
  pool: NamePool
  individuals: number
  /** Companies that are clients; they are numbered before the owners. */
  companies: number
  /** Companies that are only owners of others. */
  owners: number
}

/** Corporate owners come in groups of this size, each owning the one before it: six levels with the client. */
export const chainLength = 5
const clientsOfCompanies = 0.2
const ownersPerCompany = 0.15

/** Fixes the sizes of a bank. Raises RangeError, naming the option, when one is outside its range. */
export function createBank(options: BankOptions, pool: NamePool): Bank {
  requireBetween('clients', options.clients, 10, 1_000_000)
  requireBetween('dirtyShare', options.dirtyShare, 0, 0.2)
  requireBetween('documentShare', options.documentShare, 0, 1)
  if (!Number.isInteger(options.clients)) throw new RangeError('clients must be a whole number')
  if (!Number.isInteger(options.seed)) throw new RangeError('seed must be a whole number')
  requireBetween('seed', options.seed, 0, 0xffff_ffff)
  const companies = Math.round(options.clients * clientsOfCompanies)
  return {
    ...options,
    pool,
    individuals: options.clients - companies,
    companies,
    owners: Math.floor(companies * ownersPerCompany),
  }
}

function requireBetween(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return
  throw new RangeError(`${name} must be between ${least} and ${most}, not ${value}`)
}

function numbered(letter: string, index: number): string {
  return letter + String(index + 1).padStart(7, '0')
}

/** Reference of the individual client at this place, e.g. `C0000001`. */
export function individualNumber(index: number): string {
  return numbered('C', index)
}

/** Reference of the company at this place, clients first, then owners, e.g. `B0000001`. */
export function companyNumber(index: number): string {
  return numbered('B', index)
}

/** Reference of a person who is only an associate, e.g. `P0000001`. */
export function personNumber(index: number): string {
  return numbered('P', index)
}
