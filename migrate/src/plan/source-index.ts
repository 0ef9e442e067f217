import { chmodSync, closeSync, openSync, rmSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { ClassicList } from '@drawbridge/schema/associate-lists.ts'
import type { EntityType } from './client-unit.ts'

/** Where a row stands: the number of its source, its place in the file. */
export interface RowPlace {
  source: number
  offset: number
  length: number
  line: number
}

/** A person or company of the source. */
export interface PartyEntry extends RowPlace {
  /** Grows with the order of the sources; the position of the party's unit. */
  id: number
  ref: string
  entity: EntityType
  client: boolean
  usable: boolean
  sent: boolean
}

/** An associate of a company, as the source names it. */
export interface RelationEntry extends RowPlace {
  company: string
  party: string
  list: ClassicList
}

/** A file or image of the source. */
export interface DocumentEntry extends RowPlace {
  owner: string
  as: 'file' | 'image'
  sha256: string
  bytes: number
  /** Of files: a short hash of the title. Of images: category, type and side. */
  slot: string
  /** The how-manieth of its owner and slot, from 1. */
  turn: number
}

/** A row that cannot be sent, and why. */
export interface UnusableEntry extends RowPlace {
  code: string
  reason: string
  suggestion: string
}

/** Bump when the tables or what is written to them change: an index of another version is built anew. */
const version = 'drawbridge-index-3'

const tables = `
create table meta (key text primary key, value text not null) strict;
create table party (id integer primary key, ref text not null unique, source integer not null, offset integer not null,
  length integer not null, line integer not null, entity text not null, client integer not null, usable integer not null,
  tags integer not null, sent integer not null default 0) strict;
create table relation (id integer primary key, company text not null, party text not null, list text not null,
  source integer not null, offset integer not null, length integer not null, line integer not null) strict;
create table document (id integer primary key, owner text not null, kind text not null, sha256 text not null,
  bytes integer not null, slot text not null, turn integer not null, source integer not null, offset integer not null,
  length integer not null, line integer not null, unique (owner, slot, sha256)) strict;
create table unusable (id integer primary key, source integer not null, offset integer not null, length integer not null,
  line integer not null, code text not null, reason text not null, suggestion text not null) strict;
create index relation_of_company on relation (company, list);
create index relation_of_party on relation (party);
`

/** The index of a project's sources: where each party's row is and what belongs to it. Holds no personal data but references. */
export class SourceIndex {
  readonly #db: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  private constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** A new, empty index in a file of its own (mode 0600), everything in one transaction until `finish`. */
  static create(path: string): SourceIndex {
    rmSync(path, { force: true })
    closeSync(openSync(path, 'wx', 0o600))
    const db = new DatabaseSync(path)
    // The file is rebuilt from the sources at any time, so it need not survive a crash while it is built.
    db.exec('pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -12000; begin')
    db.exec(tables)
    return new SourceIndex(db)
  }

  /** The index in this file, to be read; null where there is none, or it is of other sources or another version. */
  static open(path: string, hash: string): SourceIndex | null {
    let db: DatabaseSync
    try {
      db = new DatabaseSync(path, { readOnly: true })
    } catch {
      return null
    }
    const index = new SourceIndex(db)
    try {
      if (index.meta('version') === version && index.meta('hash') === hash) return index
    } catch {
      // Not one of our tables: an index of another version, or one that was not finished.
    }
    index.close()
    return null
  }

  /** Marks the index as complete for these sources and closes it. */
  finish(path: string, hash: string, summary: string): void {
    for (const [key, value] of Object.entries({ version, hash, summary })) {
      this.#run('insert into meta (key, value) values (?, ?)', key, value)
    }
    this.#db.exec('commit')
    this.#db.close()
    chmodSync(path, 0o600)
  }

  close(): void {
    this.#db.close()
  }

  meta(key: string): string | null {
    return (this.#get('select value from meta where key = ?', key)?.value as string | undefined) ?? null
  }

  /** Adds a party; false when the reference is taken by an earlier row. */
  addParty(party: Omit<PartyEntry, 'id' | 'sent'>, tags: number): boolean {
    return this.#run(
      'insert or ignore into party (ref, source, offset, length, line, entity, client, usable, tags) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      party.ref,
      party.source,
      party.offset,
      party.length,
      party.line,
      party.entity,
      party.client ? 1 : 0,
      party.usable ? 1 : 0,
      tags,
    )
  }

  /** How many entries a list of a company has so far. */
  listLength(company: string, list: ClassicList): number {
    return Number(
      this.#get('select count(*) as n from relation where company = ? and list = ?', company, list)?.n,
    )
  }

  addRelation(relation: RelationEntry): void {
    const { company, party, list, source, offset, length, line } = relation
    this.#run(
      'insert into relation (company, party, list, source, offset, length, line) values (?, ?, ?, ?, ?, ?, ?)',
      ...[company, party, list, source, offset, length, line],
    )
  }

  /** Adds a document under the next turn of its slot; false when the owner has this content there already. */
  addDocument(document: Omit<DocumentEntry, 'turn'>): boolean {
    const { owner, as, sha256, bytes, slot, source, offset, length, line } = document
    const before = this.#get('select count(*) as n from document where owner = ? and slot = ?', owner, slot)
    return this.#run(
      'insert or ignore into document (owner, kind, sha256, bytes, slot, turn, source, offset, length, line) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[owner, as, sha256, bytes, slot, Number(before?.n) + 1, source, offset, length, line],
    )
  }

  addUnusable(row: UnusableEntry): void {
    const { source, offset, length, line, code, reason, suggestion } = row
    this.#run(
      'insert into unusable (source, offset, length, line, code, reason, suggestion) values (?, ?, ?, ?, ?, ?, ?)',
      ...[source, offset, length, line, code, reason, suggestion],
    )
  }

  party(ref: string): PartyEntry | null {
    const row = this.#get('select * from party where ref = ?', ref)
    return row === undefined ? null : toParty(row)
  }

  /**
   * Marks the parties that are sent: clients, and associates whom a chain of links leads to from a client. The
   * rest are people and companies whom nobody asked to be kept.
   */
  markSent(): void {
    this.#db.exec(`update party set sent = 1 where usable = 1 and ref in (
      with recursive reached (ref) as (
        select ref from party where usable = 1 and client = 1
        union select relation.party from relation join reached on relation.company = reached.ref)
      select ref from reached)`)
  }

  /** Parties that are sent, after a position, in order, a page at a time. */
  partiesAfter(position: number, limit: number): PartyEntry[] {
    return this.#all(
      'select * from party where id > ? and sent = 1 order by id limit ?',
      position,
      limit,
    ).map(toParty)
  }

  /** Usable parties that are not sent, likewise. */
  leftOutAfter(position: number, limit: number): PartyEntry[] {
    const sql = 'select * from party where id > ? and sent = 0 and usable = 1 order by id limit ?'
    return this.#all(sql, position, limit).map(toParty)
  }

  relationsOf(company: string): RelationEntry[] {
    return this.#all(
      'select * from relation where company = ? order by id',
      company,
    ) as unknown as RelationEntry[]
  }

  documentsOf(owner: string): DocumentEntry[] {
    return this.#all(
      'select *, kind as "as" from document where owner = ? order by id',
      owner,
    ) as unknown as DocumentEntry[]
  }

  unusableAfter(id: number, limit: number): (UnusableEntry & { id: number })[] {
    return this.#all(
      'select * from unusable where id > ? order by id limit ?',
      id,
      limit,
    ) as unknown as (UnusableEntry & { id: number })[]
  }

  /** One number of a question about the whole index. */
  count(sql: string): number {
    return Number(this.#get(sql)?.n)
  }

  /** Pairs of a name and a number. */
  counts(sql: string): Record<string, number> {
    return Object.fromEntries(this.#all(sql).map((row) => [String(row.name), Number(row.n)]))
  }

  #prepare(sql: string): StatementSync {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    this.#prepared.set(sql, statement)
    return statement
  }

  #run(sql: string, ...values: (string | number)[]): boolean {
    return Number(this.#prepare(sql).run(...values).changes) > 0
  }

  #get(sql: string, ...values: (string | number)[]): Record<string, unknown> | undefined {
    return this.#prepare(sql).get(...values)
  }

  #all(sql: string, ...values: (string | number)[]): Record<string, unknown>[] {
    return this.#prepare(sql).all(...values)
  }
}

function toParty(row: Record<string, unknown>): PartyEntry {
  return {
    ...(row as unknown as PartyEntry),
    client: row.client === 1,
    usable: row.usable === 1,
    sent: row.sent === 1,
  }
}
