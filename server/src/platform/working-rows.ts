import type { Scope, Subject } from './scope.ts'

/** How rows of one table that belong to profiles are read and written. */
export interface RowStore<Row> {
  readonly table: string
  /** The rows of these profiles in the order of their ids, by profile id. */
  readonly read: (scope: Scope, profiles: readonly Subject[]) => Promise<Map<string, Row[]>>
  /** Writes new rows of one profile, without waiting for an answer. */
  readonly insert: (scope: Scope, profile: Subject, rows: readonly Row[]) => void
  /** Writes what may change about one row, without waiting for an answer. */
  readonly update: (scope: Scope, profile: Subject, row: Row) => void
}

interface Held<Row> {
  readonly profile: Subject
  rows: Row[]
  readonly added: Set<string>
  readonly changed: Set<string>
}

/**
 * The rows of one table as a transaction sees and changes them. Of a profile that the transaction holds (locked or
 * made by it, so that nobody else can change it) they are read once, changed in memory and written together with the
 * commit, or before a statement that names the table: however often a case is looked at and changed while it is decided, each row is written once.
 */
export class WorkingRows<Row extends { readonly id: string }> {
  readonly #store: RowStore<Row>
  readonly #ofScope = new WeakMap<Scope, Map<string, Held<Row>>>()

  constructor(store: RowStore<Row>) {
    this.#store = store
  }

  /** The rows of these profiles, oldest first, by profile id. */
  async of(scope: Scope, profiles: readonly Subject[]): Promise<Map<string, readonly Row[]>> {
    const known = this.#known(scope)
    const unknown = profiles.filter((profile) => !this.#held(scope, profile))
    const held = unknown.filter((profile) => scope.holds(profile.id) !== undefined)
    const read = unknown.length === 0 ? new Map<string, Row[]>() : await this.#store.read(scope, unknown)
    for (const profile of held)
      if (!known.has(profile.id)) known.set(profile.id, holding(profile, read.get(profile.id) ?? []))
    const found = new Map<string, readonly Row[]>()
    for (const { id } of profiles) {
      const rows = known.get(id)?.rows ?? read.get(id)
      if (rows !== undefined && rows.length > 0) found.set(id, [...rows])
    }
    return found
  }

  /** Adds rows, newer than all before, to a profile that this transaction holds. */
  async add(scope: Scope, profile: Subject, rows: readonly Row[]): Promise<void> {
    const held = await this.#load(scope, profile)
    held.rows.push(...rows)
    for (const { id } of rows) held.added.add(id)
    this.#writeBeforeNext(scope, held)
  }

  /** Puts a row in the place of the one with its id, of a profile that this transaction holds. */
  async change(scope: Scope, profile: Subject, row: Row): Promise<void> {
    const held = await this.#load(scope, profile)
    held.rows = held.rows.map((candidate) => (candidate.id === row.id ? row : candidate))
    if (!held.added.has(row.id)) held.changed.add(row.id)
    this.#writeBeforeNext(scope, held)
  }

  /** Forgets the rows of a profile, which a statement of its own has removed. */
  forget(scope: Scope, profileId: string): void {
    this.#known(scope).delete(profileId)
  }

  async #load(scope: Scope, profile: Subject): Promise<Held<Row>> {
    if (scope.holds(profile.id) === undefined)
      throw new Error('A profile is locked before what belongs to it is changed')
    const held = this.#held(scope, profile)
    if (held) return held
    await this.of(scope, [profile])
    return this.#held(scope, profile) ?? holding(profile, [])
  }

  /** What is known of the profile; of one that the transaction has made, everything. */
  #held(scope: Scope, profile: Subject): Held<Row> | undefined {
    const known = this.#known(scope)
    if (!known.has(profile.id) && scope.holds(profile.id) === 'made')
      known.set(profile.id, holding(profile, []))
    return known.get(profile.id)
  }

  #known(scope: Scope): Map<string, Held<Row>> {
    const known = this.#ofScope.get(scope) ?? new Map<string, Held<Row>>()
    this.#ofScope.set(scope, known)
    return known
  }

  #writeBeforeNext(scope: Scope, held: Held<Row>): void {
    scope.writeLater(held, this.#store.table, () => {
      const { profile, rows, added, changed } = held
      const inserted = rows.filter((row) => added.has(row.id))
      const updated = rows.filter((row) => changed.has(row.id))
      added.clear()
      changed.clear()
      if (inserted.length > 0) this.#store.insert(scope, profile, inserted)
      for (const row of updated) this.#store.update(scope, profile, row)
    })
  }
}

function holding<Row>(profile: Subject, rows: Row[]): Held<Row> {
  return { profile, rows, added: new Set(), changed: new Set() }
}
