import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Checked, Finding, UnitCheck } from './check-unit.ts'

const kindsChecked = ['profiles', 'files', 'images', 'documents', 'tags', 'links'] as const

/** How far a reconciliation is, on disk, so that it can be stopped and taken up again at any size. */
export class ReconcileStore {
  readonly #database: DatabaseSync

  /** Opens the store; starts anew unless it belongs to the same state of the same run. */
  constructor(path: string, belongsTo: string) {
    this.#database = new DatabaseSync(path)
    chmodSync(path, 0o600)
    this.#database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;
       CREATE TABLE IF NOT EXISTS belongs(to_run TEXT NOT NULL);
       CREATE TABLE IF NOT EXISTS unit(position INTEGER PRIMARY KEY, ref TEXT NOT NULL, client INTEGER NOT NULL, refused INTEGER NOT NULL,
         ${kindsChecked.map((kind) => `${kind} INTEGER NOT NULL`).join(', ')});
       CREATE INDEX IF NOT EXISTS unit_ref ON unit(ref);
       CREATE TABLE IF NOT EXISTS finding(kind TEXT NOT NULL, ref TEXT NOT NULL, what TEXT NOT NULL, field TEXT NOT NULL, source TEXT NOT NULL,
         PRIMARY KEY(kind, ref, what, field, source)) WITHOUT ROWID;`,
    )
    const found = this.#database.prepare('SELECT to_run FROM belongs').get()
    if (found?.to_run === belongsTo) return
    this.#database.exec('DELETE FROM belongs; DELETE FROM unit; DELETE FROM finding')
    this.#database.prepare('INSERT INTO belongs(to_run) VALUES (?)').run(belongsTo)
  }

  /** Whether the unit at this position was compared already. */
  has(position: number): boolean {
    return (
      this.#database.prepare('SELECT 1 AS found FROM unit WHERE position = ?').get(position) !== undefined
    )
  }

  /** Whether the source has this reference among what was compared. */
  knows(ref: string): boolean {
    return this.#database.prepare('SELECT 1 AS found FROM unit WHERE ref = ?').get(ref) !== undefined
  }

  /** Keeps the outcome of one unit, whole. */
  add(unit: { position: number; ref: string; client: boolean }, check: UnitCheck): void {
    const marks = kindsChecked.map(() => '?').join(', ')
    this.#database.exec('BEGIN')
    this.#database
      .prepare(`INSERT OR REPLACE INTO unit VALUES (?, ?, ?, ?, ${marks})`)
      .run(
        unit.position,
        unit.ref,
        unit.client ? 1 : 0,
        check.refused,
        ...kindsChecked.map((kind) => check.checked[kind]),
      )
    for (const finding of check.findings) this.addFinding(finding)
    this.#database.exec('COMMIT')
  }

  addFinding({ kind, ref, what, field, source }: Finding): void {
    this.#database
      .prepare('INSERT OR IGNORE INTO finding(kind, ref, what, field, source) VALUES (?, ?, ?, ?, ?)')
      .run(kind, ref, what, field, source)
  }

  /** Findings of the comparison across all profiles are made anew at each end. */
  forgetStrays(): void {
    this.#database.exec(
      "DELETE FROM finding WHERE kind = 'stray' OR (kind = 'duplicated' AND what = 'profile')",
    )
  }

  addStray(id: string, ref: string | null): void {
    this.#database
      .prepare(
        "INSERT OR IGNORE INTO finding(kind, ref, what, field, source) VALUES ('stray', ?, 'profile', ?, '')",
      )
      .run(ref ?? '', id)
  }

  sums(): Checked & { clients: number; parties: number; refused: number } {
    const columns = kindsChecked.map((kind) => `coalesce(sum(${kind}), 0) AS ${kind}`).join(', ')
    const row = this.#database
      .prepare(
        `SELECT ${columns}, coalesce(sum(client), 0) AS clients, count(*) - coalesce(sum(client), 0) AS parties,
           coalesce(sum(refused), 0) AS refused FROM unit`,
      )
      .get()
    const number = (name: string): number => Number(row?.[name] ?? 0)
    return {
      profiles: number('profiles'),
      files: number('files'),
      images: number('images'),
      documents: number('documents'),
      tags: number('tags'),
      links: number('links'),
      clients: number('clients'),
      parties: number('parties'),
      refused: number('refused'),
    }
  }

  count(kind: string): number {
    return Number(this.#database.prepare('SELECT count(*) AS n FROM finding WHERE kind = ?').get(kind)?.n)
  }

  /** Findings of one kind, ordered by reference; at most `limit`. */
  findings(kind: string, limit: number): Omit<Finding, 'kind'>[] {
    return this.#database
      .prepare(
        'SELECT ref, what, field, source FROM finding WHERE kind = ? ORDER BY ref, what, field, source LIMIT ?',
      )
      .all(kind, limit)
      .map((row) => ({
        ref: String(row.ref),
        what: String(row.what),
        field: String(row.field),
        source: String(row.source),
      }))
  }

  close(): void {
    this.#database.close()
  }
}
