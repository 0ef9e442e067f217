import type { Effect } from './client-unit.ts'
import type { SourceIndex } from './source-index.ts'

/** How much there is to migrate; the totals that progress is measured against. */
export interface Counts {
  /** Units of `Project.units`: clients and associates. */
  units: number
  clients: number
  individuals: number
  companies: number
  associates: number
  /** Single links, many of which one `links` effect holds. */
  links: number
  /** Effects by kind, each counted once. */
  effects: Record<Effect['kind'], number>
  effects_total: number
  /** Rows that cannot be sent. */
  unusable: number
  /** Associates whom no chain of links leads to from a client; they are not sent. */
  unlinked_associates: number
}

/** Rows that belong to a party that is sent. */
function ofSent(column: 'company' | 'owner'): string {
  return `where exists (select 1 from party where party.ref = ${column} and party.sent = 1)`
}

/** Counts what an index holds. */
export function countAll(index: SourceIndex): Counts {
  const count = (what: string): number => index.count(`select count(*) as n from ${what}`)
  const units = count('party where sent = 1')
  const clients = count('party where usable = 1 and client = 1')
  const effects = {
    profile: units,
    links: index.count(`select count(distinct company) as n from relation ${ofSent('company')}`),
    image: count(`document ${ofSent('owner')} and kind = 'image'`),
    // A slot is category:type:side; sides of one turn are one document.
    document: count(
      `(select distinct owner, rtrim(slot, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), turn from document
        ${ofSent('owner')} and kind = 'image')`,
    ),
    file: count(`document ${ofSent('owner')} and kind = 'file'`),
    tag: index.count('select coalesce(sum(tags), 0) as n from party where sent = 1'),
  }
  return {
    units,
    clients,
    individuals: count("party where usable = 1 and client = 1 and entity = 'INDIVIDUAL'"),
    companies: count("party where usable = 1 and client = 1 and entity = 'COMPANY'"),
    associates: units - clients,
    links: count(`relation ${ofSent('company')}`),
    effects,
    effects_total: Object.values(effects).reduce((sum, n) => sum + n, 0),
    unusable: count('unusable'),
    unlinked_associates: count('party where usable = 1 and sent = 0'),
  }
}
