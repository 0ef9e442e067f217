import { randomBytes } from 'node:crypto'
import { normaliseCollectedData } from '@drawbridge/schema/normalise-collected-data.ts'
import type { NewProfile } from '@drawbridge/schema/profile.ts'
import { type AccountVault, indexTerms, sealJson, tagTerms } from '../server/src/platform/vault/index.ts'
import { countryOf, indexedProfile } from '../server/src/rooms/collected-data/index.ts'
import type { Cell, Row } from './bare-rows.ts'

/** A label that seeded profiles carry, and how many: each `every`-th one. */
export interface SeedTag {
  readonly id: string
  readonly name: string
  readonly every: number
}

/** What the API wrote for one profile, from which the rest are made. */
export interface Template {
  readonly rows: ReadonlyMap<string, readonly Row[]>
  readonly associates: unknown
}

type NewData = NewProfile['collected_data']

/** Rows of one profile, by table. */
export type SeededRows = ReadonlyMap<string, readonly Row[]>

/**
 * Makes the rows of profiles as the API writes them: the vault's own keys, sealing and blind index, and the rows of the
 * case as they stand for a profile that the API made. The ledger and idempotency records, which no list reads, are
 * left out.
 */
export class SeedRows {
  readonly #vault: AccountVault
  readonly #template: Template
  readonly #tags: readonly SeedTag[]
  readonly #firstMs: number

  constructor(vault: AccountVault, template: Template, tags: readonly SeedTag[], firstMs: number) {
    this.#vault = vault
    this.#template = template
    this.#tags = tags
    this.#firstMs = firstMs
  }

  /** The rows of the profile with this number; profiles are made a millisecond apart. */
  rowsOf(index: number, written: NewData): SeededRows {
    const at = this.#firstMs + index
    const id = timeId(at)
    const data = normaliseCollectedData(written)
    const { key, wrapped } = this.#vault.newProfileKey(id)
    const cell = {
      account: this.#vault.accountId,
      table: 'collected_data',
      column: 'document',
      row: `${id}/${at}`,
    }
    const stored = { data, associates: this.#template.associates }
    const when = new Date(at).toISOString()
    const tags = this.#tags.filter((tag) => index % tag.every === 0)
    const own: [string, Row[]][] = [
      [
        'profile',
        this.#clone('profile', id, {
          version: String(at),
          country: countryOf(data),
          created_at: when,
          modified_at: when,
        }),
      ],
      ['profile_key', this.#clone('profile_key', id, { wrapped })],
      [
        'collected_data',
        this.#clone('collected_data', id, {
          version: String(at),
          document: sealJson(key, cell, stored),
          written_at: when,
        }),
      ],
      ['customer_reference', this.#clone('customer_reference', id, { reference: randomBytes(16) })],
      ['profile_term', this.#terms(id, data, tags)],
      ['profile_tag', tags.map((tag) => this.#row({ profile_id: id, tag_id: tag.id, added_at: when }))],
    ]
    return new Map([...own, ...this.#caseRows(id, at)])
  }

  #row(values: Row): Row {
    return { ...values, account_id: this.#vault.accountId }
  }

  #clone(table: string, id: string, values: Record<string, Cell>): Row[] {
    const owner = table === 'profile' ? 'id' : 'profile_id'
    return (this.#template.rows.get(table) ?? [])
      .slice(0, 1)
      .map((row) => ({ ...row, ...values, [owner]: id }))
  }

  #terms(id: string, data: ReturnType<typeof normaliseCollectedData>, tags: readonly SeedTag[]): Row[] {
    const terms = [...indexTerms(indexedProfile(data)), ...tags.flatMap((tag) => tagTerms(tag.name))]
    const tokens = new Set(terms.map((term) => this.#vault.token(term.kind, term.text)))
    return [...tokens].map((token) => this.#row({ term: String(token), profile_id: id }))
  }

  /** Application, its history and tasks as the template has them, under new ids. */
  #caseRows(id: string, at: number): [string, Row[]][] {
    const ids = new Map<Cell, string>()
    const renamed = (value: Cell | undefined): string => {
      const known = ids.get(value ?? null) ?? timeId(at)
      ids.set(value ?? null, known)
      return known
    }
    return ['application', 'application_history', 'task'].map((table) => {
      const rows = this.#template.rows.get(table) ?? []
      return [
        table,
        rows.map((row) => ({
          ...row,
          profile_id: id,
          id: renamed(row.id),
          ...('application_id' in row ? { application_id: renamed(row.application_id) } : {}),
        })),
      ]
    })
  }
}

let counter = 0

/** An id in the order of time (UUIDv7), rising within its millisecond. */
export function timeId(at: number): string {
  counter = (counter + 1) & 0xfff
  const time = at.toString(16).padStart(12, '0')
  const random = randomBytes(8)
  random[0] = ((random[0] ?? 0) & 0x3f) | 0x80
  const tail = random.toString('hex')
  const third = `7${counter.toString(16).padStart(3, '0')}`
  return `${time.slice(0, 8)}-${time.slice(8)}-${third}-${tail.slice(0, 4)}-${tail.slice(4)}`
}
