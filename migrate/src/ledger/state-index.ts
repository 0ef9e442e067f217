import { chmodSync, existsSync, rmSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { How, Line, NumberedLine, RunLine } from './line.ts'

/** Where one effect stands. `open` and `unknown` must be settled before anything is sent again. */
export type EffectState = 'open' | 'done' | 'unknown' | 'refused' | 'absent'

/** What the ledger holds about one effect. */
export interface EffectRecord {
  ref: string
  name: string
  op: string
  state: EffectState
  id: string | null
  body_sha: string | null
  attempts: number
  /** Milliseconds since 1970 of its last line. */
  at: number
  how: How | null
  /** For a file: its path as the source writes it. */
  path: string | null
  /** For a refusal: status, code, words and source line, as in the ledger. */
  detail: Refusal | null
}

/** Why the target refused an effect. */
export interface Refusal {
  status: number
  code: string
  why: string
  source?: string
}

/** Five seconds of the run, for the report's time line; `slice` counts them since 1970. */
export interface SliceRecord {
  slice: number
  done: number
  refused: number
  unknown: number
  units: number
  workers: number
}

const schema = `
CREATE TABLE IF NOT EXISTS mark(one INTEGER PRIMARY KEY CHECK (one = 1), run TEXT NOT NULL, segment INTEGER NOT NULL, n INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS effect(ref TEXT NOT NULL, name TEXT NOT NULL, op TEXT NOT NULL, state TEXT NOT NULL, id TEXT,
  body_sha TEXT, attempts INTEGER NOT NULL, at INTEGER NOT NULL, how TEXT, path TEXT, detail TEXT, PRIMARY KEY(ref, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS effect_not_done ON effect(state, ref, name) WHERE state <> 'done';
CREATE TABLE IF NOT EXISTS unit(position INTEGER PRIMARY KEY, ref TEXT NOT NULL, client INTEGER NOT NULL, state TEXT NOT NULL, upto INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS unit_upto ON unit(upto);
CREATE TABLE IF NOT EXISTS counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS slice(slice INTEGER PRIMARY KEY, done INTEGER NOT NULL, refused INTEGER NOT NULL, unknown INTEGER NOT NULL,
  units INTEGER NOT NULL, workers INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS event(n INTEGER PRIMARY KEY, line TEXT NOT NULL);
`

/** Milliseconds of one slice of the time line. */
export const sliceMs = 5_000

const linesPerCommit = 500

/** Called around each commit; tests die there. */
export interface IndexHooks {
  beforeCommit: () => void
  afterCommit: () => void
}

const noHooks: IndexHooks = { beforeCommit: () => undefined, afterCommit: () => undefined }

/**
 * The ledger's lines, folded into what is asked of them: the state of each effect, finished units, counts and the
 * time line. Never the record itself: it can be deleted and is rebuilt from the segments. Journal in WAL mode with
 * `synchronous = NORMAL`: a power cut can only take the newest commits, which are replayed from the ledger.
 */
export class StateIndex {
  readonly #database: DatabaseSync
  readonly #statements: ReturnType<typeof prepare>
  readonly #counters = new Map<string, number>()
  readonly #hooks: IndexHooks
  #pending = 0
  #mark: { segment: number; n: number }
  #workers = 0
  readonly #run: string

  constructor(path: string, run: string, hooks: IndexHooks = noHooks) {
    this.#database = openDatabase(path)
    this.#run = run
    this.#hooks = hooks
    const found = this.#database.prepare('SELECT run, segment, n FROM mark').get()
    this.#mark =
      found?.run === run ? { segment: Number(found.segment), n: Number(found.n) } : { segment: 0, n: 0 }
    if (found !== undefined && found.run !== run) this.#clear()
    this.#statements = prepare(this.#database)
  }

  /** The last line folded in: everything after it must be replayed. */
  get mark(): { segment: number; n: number } {
    return this.#mark
  }

  /** Forgets everything, for a rebuild from the segments. */
  reset(): void {
    this.#clear()
    this.#mark = { segment: 0, n: 0 }
  }

  #clear(): void {
    this.#database.exec(
      'DELETE FROM mark; DELETE FROM effect; DELETE FROM unit; DELETE FROM counter; DELETE FROM slice; DELETE FROM event',
    )
  }

  /** Folds one line in, once: a line at or before the mark is passed over. */
  apply({ n, line }: NumberedLine, segment: number): void {
    if (n <= this.#mark.n) return
    if (this.#pending === 0) this.#database.exec('BEGIN IMMEDIATE')
    this.#fold(n, line)
    this.#mark = { segment, n }
    this.#pending += 1
    if (this.#pending >= linesPerCommit) this.commit()
  }

  /** Makes what was folded in visible to other processes and to the next start. */
  commit(): void {
    if (this.#pending === 0) return
    for (const [name, value] of this.#counters) this.#statements.count.run(name, value)
    this.#counters.clear()
    this.#statements.mark.run(this.#run, this.#mark.segment, this.#mark.n)
    this.#hooks.beforeCommit()
    this.#database.exec('COMMIT')
    this.#hooks.afterCommit()
    this.#pending = 0
  }

  close(): void {
    this.commit()
    this.#database.close()
  }

  #fold(n: number, line: Line): void {
    if (line.t === 'H' || line.t === 'S') return
    const { effect, unit, event } = this.#statements
    this.#add('lines')
    if (line.t === 'I') {
      this.#add('intents')
      this.#add(`intent:${line.op}`)
      if (line.attempt > 1) this.#add('resent')
      effect.intent.run(line.ref, line.name, line.op, line.body_sha, line.attempt, line.at)
    } else if (line.t === 'D') {
      this.#foldDone(line)
    } else if (line.t === 'U') {
      this.#add('unknown')
      this.#slice(line.at, 'unknown')
      effect.state.run(line.ref, line.name, line.op, 'unknown', line.at, null)
    } else if (line.t === 'X') {
      this.#add(`refused:${line.op}`)
      this.#slice(line.at, 'refused')
      effect.state.run(line.ref, line.name, line.op, 'refused', line.at, JSON.stringify(refusalOf(line)))
    } else if (line.t === 'A') {
      this.#add('settled:absent')
      effect.state.run(line.ref, line.name, line.op, 'absent', line.at, null)
    } else if (line.t === 'F') {
      this.#add(line.client ? `clients:${line.state}` : `parties:${line.state}`)
      this.#slice(line.at, 'units')
      unit.run(line.position, line.ref, line.client ? 1 : 0, line.state, line.upto)
    } else if (line.t === 'R') {
      this.#workers = line.workers
      event.run(n, JSON.stringify(line))
    }
  }

  #foldDone(line: Extract<Line, { t: 'D' }>): void {
    const before = this.#statements.effect.get.get(line.ref, line.name)
    const doubtful = before !== undefined && (before.state === 'unknown' || Number(before.attempts) > 1)
    if (doubtful) this.#add(`settled:${line.how}`)
    this.#add(`done:${line.op}`)
    this.#add(`how:${line.how}`)
    this.#slice(line.at, 'done')
    this.#statements.effect.done.run(
      line.ref,
      line.name,
      line.op,
      line.id ?? null,
      line.at,
      line.how,
      line.path ?? null,
    )
  }

  #slice(at: number, column: 'done' | 'refused' | 'unknown' | 'units'): void {
    this.#statements.slice[column].run(Math.floor(at / sliceMs), this.#workers)
  }

  #add(name: string): void {
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + 1)
  }

  /** The record of one effect, or null where the ledger has none. */
  effect(ref: string, name: string): EffectRecord | null {
    const row = this.#statements.effect.get.get(ref, name)
    return row === undefined ? null : recordOf(row)
  }

  /** All records of one owner, by name. */
  effectsOf(ref: string): EffectRecord[] {
    return this.#statements.effect.of.all(ref).map(recordOf)
  }

  /** Records in one of the states, ordered by owner and name; bounded memory. */
  *inState(...states: EffectState[]): Generator<EffectRecord> {
    for (const state of states) {
      for (const row of this.#database
        .prepare("SELECT * FROM effect WHERE state <> 'done' AND state = ? ORDER BY ref, name")
        .iterate(state)) {
        yield recordOf(row)
      }
    }
  }

  /** How many effects are in one of the states that are not done. */
  countInState(...states: Exclude<EffectState, 'done'>[]): number {
    const of = this.#database.prepare("SELECT count(*) AS n FROM effect WHERE state <> 'done' AND state = ?")
    return states.reduce((sum, state) => sum + Number(of.get(state)?.n ?? 0), 0)
  }

  /** Records of one kind of effect that are done, ordered by owner. */
  *doneOf(op: string): Generator<EffectRecord> {
    for (const row of this.#database
      .prepare("SELECT * FROM effect WHERE op = ? AND state = 'done' ORDER BY ref, name")
      .iterate(op)) {
      yield recordOf(row)
    }
  }

  /** The position up to which every unit of the source is finished; 0 where none is. */
  finishedUpto(): number {
    return Number(this.#database.prepare('SELECT max(upto) AS upto FROM unit').get()?.upto ?? 0)
  }

  /** Whether the unit at this position is finished. */
  unitFinished(position: number): boolean {
    return this.#statements.unitAt.get(position) !== undefined
  }

  /** All counts, by name. */
  counts(): Record<string, number> {
    const all: Record<string, number> = {}
    for (const row of this.#database.prepare('SELECT name, value FROM counter ORDER BY name').all()) {
      all[String(row.name)] = Number(row.value)
    }
    for (const [name, value] of this.#counters) all[name] = (all[name] ?? 0) + value
    return all
  }

  /** The time line, slice by slice, ascending. */
  slices(): SliceRecord[] {
    return this.#database
      .prepare('SELECT * FROM slice ORDER BY slice')
      .all()
      .map((row) => ({
        slice: Number(row.slice),
        done: Number(row.done),
        refused: Number(row.refused),
        unknown: Number(row.unknown),
        units: Number(row.units),
        workers: Number(row.workers),
      }))
  }

  /** Starts, changes of pace and ends, in order. */
  events(): RunLine[] {
    return this.#database
      .prepare('SELECT line FROM event ORDER BY n')
      .all()
      .map((row) => JSON.parse(String(row.line)) as RunLine)
  }
}

function openDatabase(path: string): DatabaseSync {
  try {
    return tryOpen(path)
  } catch (error) {
    // Only an index: when the file is damaged, the segments still have everything.
    if (!isDamage(error)) throw error
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
    return tryOpen(path)
  }
}

const corrupt = 11
const notDatabase = 26

function isDamage(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) : 0
  return (code & 0xff) === corrupt || (code & 0xff) === notDatabase
}

function tryOpen(path: string): DatabaseSync {
  const isNew = !existsSync(path)
  const database = new DatabaseSync(path)
  if (isNew) chmodSync(path, 0o600)
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; PRAGMA busy_timeout = 5000;' +
      schema,
  )
  return database
}

function prepare(database: DatabaseSync) {
  const columns = ['done', 'refused', 'unknown', 'units'] as const
  const slice = (column: (typeof columns)[number]): StatementSync => {
    const first = columns.map((name) => (name === column ? 1 : 0)).join(', ')
    return database.prepare(
      `INSERT INTO slice(slice, ${columns.join(', ')}, workers) VALUES (?, ${first}, ?)
       ON CONFLICT(slice) DO UPDATE SET ${column} = ${column} + 1, workers = max(workers, excluded.workers)`,
    )
  }
  return {
    mark: database.prepare('INSERT OR REPLACE INTO mark(one, run, segment, n) VALUES (1, ?, ?, ?)'),
    count: database.prepare(
      'INSERT INTO counter(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = value + excluded.value',
    ),
    event: database.prepare('INSERT OR REPLACE INTO event(n, line) VALUES (?, ?)'),
    unit: database.prepare(
      'INSERT OR REPLACE INTO unit(position, ref, client, state, upto) VALUES (?, ?, ?, ?, ?)',
    ),
    unitAt: database.prepare('SELECT 1 AS found FROM unit WHERE position = ?'),
    slice: {
      done: slice('done'),
      refused: slice('refused'),
      unknown: slice('unknown'),
      units: slice('units'),
    },
    effect: {
      get: database.prepare('SELECT * FROM effect WHERE ref = ? AND name = ?'),
      of: database.prepare('SELECT * FROM effect WHERE ref = ? ORDER BY name'),
      intent: database.prepare(
        `INSERT INTO effect(ref, name, op, state, body_sha, attempts, at) VALUES (?, ?, ?, 'open', ?, ?, ?)
         ON CONFLICT(ref, name) DO UPDATE SET state = 'open', op = excluded.op, body_sha = excluded.body_sha,
           attempts = excluded.attempts, at = excluded.at`,
      ),
      done: database.prepare(
        `INSERT INTO effect(ref, name, op, state, id, attempts, at, how, path) VALUES (?, ?, ?, 'done', ?, 0, ?, ?, ?)
         ON CONFLICT(ref, name) DO UPDATE SET state = 'done', id = excluded.id, at = excluded.at, how = excluded.how, path = excluded.path, detail = NULL`,
      ),
      state: database.prepare(
        `INSERT INTO effect(ref, name, op, state, attempts, at, detail) VALUES (?, ?, ?, ?, 0, ?, ?)
         ON CONFLICT(ref, name) DO UPDATE SET state = excluded.state, at = excluded.at, detail = excluded.detail`,
      ),
    },
  }
}

function recordOf(row: Record<string, unknown>): EffectRecord {
  const detail = row.detail === null ? null : (JSON.parse(String(row.detail)) as Refusal)
  return {
    ref: String(row.ref),
    name: String(row.name),
    op: String(row.op),
    state: row.state as EffectState,
    id: row.id === null ? null : String(row.id),
    body_sha: row.body_sha === null ? null : String(row.body_sha),
    attempts: Number(row.attempts),
    at: Number(row.at),
    how: row.how as How | null,
    path: row.path === null ? null : String(row.path),
    detail,
  }
}

function refusalOf(line: Extract<Line, { t: 'X' }>): Refusal {
  const { status, code, why, source } = line
  return { status, code, why, ...(source === undefined ? {} : { source }) }
}
