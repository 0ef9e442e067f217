import { chmodSync, rmSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { KnownProfile } from '../plan/decide-action.ts'
import { refOf } from './find-effect.ts'
import { type Asking, ask, Unanswered } from './read.ts'
import type { No, ProfilePage, Yes } from './target.ts'

/** All profiles of the target at one time, by id and by reference; on disk, so that any number fits. */
export class ProfileSweep {
  readonly #database: DatabaseSync
  readonly #byRef: StatementSync

  constructor(path: string) {
    this.#database = new DatabaseSync(path)
    chmodSync(path, 0o600)
    this.#database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -8192;
       CREATE TABLE IF NOT EXISTS profile(id TEXT PRIMARY KEY, ref TEXT, role TEXT NOT NULL, tags TEXT NOT NULL) WITHOUT ROWID;
       CREATE INDEX IF NOT EXISTS profile_ref ON profile(ref);`,
    )
    this.#byRef = this.#database.prepare('SELECT * FROM profile WHERE ref = ? ORDER BY id LIMIT 20')
  }

  /** Forgets what was swept before and pages through all profiles of the target, 200 at a time. */
  async fill(run: Asking): Promise<void> {
    this.#database.exec('DELETE FROM profile')
    const insert = this.#database.prepare(
      'INSERT OR REPLACE INTO profile(id, ref, role, tags) VALUES (?, ?, ?, ?)',
    )
    let from: string | null = null
    do {
      const at: string | null = from
      const page: Yes<ProfilePage> | No = await ask(run, () => run.target.listProfiles(null, at))
      if (page.kind === 'no') throw new Unanswered(`The target does not list its profiles: ${page.why}`)
      this.#insert(insert, page.value)
      from = page.value.next
    } while (from !== null)
  }

  #insert(insert: StatementSync, page: ProfilePage): void {
    this.#database.exec('BEGIN')
    for (const profile of page.profiles) {
      insert.run(profile.id, refOf(profile), profile.role, JSON.stringify(profile.tags))
    }
    this.#database.exec('COMMIT')
  }

  /** How many profiles there were. */
  get size(): number {
    return Number(this.#database.prepare('SELECT count(*) AS n FROM profile').get()?.n)
  }

  /** Profiles that carry this reference. */
  withRef(ref: string): KnownProfile[] {
    return this.#byRef.all(ref).map(profileOf)
  }

  /** References that more than one profile carries, with the ids; ordered by reference. */
  *duplicates(): Generator<{ ref: string; ids: string[] }> {
    for (const row of this.#database
      .prepare(
        `SELECT ref, json_group_array(id ORDER BY id) AS ids FROM profile WHERE ref IS NOT NULL
         GROUP BY ref HAVING count(*) > 1 ORDER BY ref`,
      )
      .iterate()) {
      yield { ref: String(row.ref), ids: JSON.parse(String(row.ids)) as string[] }
    }
  }

  /** Every profile, ordered by id. */
  *all(): Generator<KnownProfile & { ref: string | null }> {
    for (const row of this.#database.prepare('SELECT * FROM profile ORDER BY id').iterate()) {
      yield { ...profileOf(row), ref: row.ref === null ? null : String(row.ref) }
    }
  }

  close(): void {
    this.#database.close()
  }

  /** Removes a sweep's file. */
  static remove(path: string): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
  }
}

function profileOf(row: Record<string, unknown>): KnownProfile {
  return { id: String(row.id), role: String(row.role), tags: JSON.parse(String(row.tags)) as string[] }
}
