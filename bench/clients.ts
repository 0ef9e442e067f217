import { type Bank, createBank } from '@drawbridge/legacy-bank/bank.ts'
import { readNamePool } from '@drawbridge/legacy-bank/names.ts'
import { individualRow, type Row } from '@drawbridge/legacy-bank/people.ts'
import { countryFromName } from '@drawbridge/schema/countries.ts'
import type { NewProfile } from '@drawbridge/schema/profile.ts'

type NewData = NewProfile['collected_data']

/** Clients of the example bank, by number: the same seed gives the same clients. */
export class Clients {
  readonly #bank: Bank

  private constructor(bank: Bank) {
    this.#bank = bank
  }

  /** Opens a bank of a million clients; rows are made as they are asked for. */
  static async open(seed: number): Promise<Clients> {
    const options = { clients: 1_000_000, seed, dirtyShare: 0, documentShare: 0 }
    return new Clients(createBank(options, await readNamePool()))
  }

  /** What is known about one individual: names, birth date, address, e-mail, phone, reference. */
  data(index: number): NewData {
    return dataOf(individualRow(this.#bank, index))
  }

  /** The body that creates one individual; it applies by itself for what the policy says. */
  body(index: number): string {
    const profile: NewProfile = { role: 'INDIVIDUAL_CUSTOMER', collected_data: this.data(index) }
    return JSON.stringify(profile)
  }
}

function dataOf(row: Row): NewData {
  return {
    entity_type: 'INDIVIDUAL',
    customer_ref: row.client_no,
    personal_details: {
      name: {
        ...filled({ title: row.title }),
        given_names: (row.first_names ?? '').split(' ').filter((name) => name !== ''),
        family_name: row.last_name,
      },
      dob: (row.birth_date ?? '').split('/').reverse().join('-'),
      ...filled({ nationality: alpha3(row.nationality) }),
    },
    address_history: [
      {
        address: {
          type: 'STRUCTURED',
          country: alpha3(row.country) ?? 'GBR',
          ...filled({
            route: row.street,
            street_number: row.house_no,
            locality: row.town,
            county: row.county,
            postal_code: row.postcode,
          }),
        },
      },
    ],
    contact_details: filled({ email: row.email, phone_number: row.phone }),
  }
}

/** The fields that hold something. */
function filled(fields: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  )
}

function alpha3(country: string | undefined): string | undefined {
  return country === undefined ? undefined : countryFromName(country)?.alpha3
}
