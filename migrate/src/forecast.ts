import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { workDirectory } from './check.ts'
import type { ClientUnit, Effect, SourceLine } from './plan/client-unit.ts'
import {
  type Action,
  type ActionKind,
  decideAction,
  type Known,
  type KnownProfile,
} from './plan/decide-action.ts'
import type { Project } from './project.ts'

/** What the run would know before it begins: the same two questions that the runner asks. */
export interface Outlook {
  /** Profiles of the target with this reference from before the run; null where the target was empty. */
  before(ref: string): readonly KnownProfile[] | null
  /** How the ledger of this project has the effect. */
  ledger(ref: string, name: string): Known['ledger']
}

/** What is predicted for one row of a source. */
export interface PredictedRow {
  file: string
  line: number
  /** The kind of source: individuals, companies, persons, relations, documents. */
  kind: string
  ref: string
  action: ActionKind
  code: string
  reason: string
}

/** How many rows meet each action. */
export type ActionCounts = Record<ActionKind, number>

/** The forecast: one predicted action for every row, counted; the rows themselves are in `rows_file`. */
export interface Forecast {
  total: ActionCounts
  kinds: Record<string, ActionCounts>
  /** Rows by action and code, as `fail MISSING_NAME`. */
  codes: Record<string, number>
  /** JSON Lines, one PredictedRow a line; from the project's directory. */
  rows_file: string
}

/** An outlook on an empty target and a run that has not begun. */
export const emptyOutlook: Outlook = { before: () => null, ledger: () => 'none' }

const rowsFile = join(workDirectory, 'results', 'forecast.jsonl')

/**
 * Predicts one action for every row of the sources, through the same units and the same rule (`decideAction`) as
 * the run; sends nothing. Memory does not grow with the sources.
 */
export async function forecast(
  project: Project,
  outlook: Outlook,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Forecast> {
  const path = join(project.directory, rowsFile)
  const tally = new Tally(path)
  const { units } = await project.counts()
  let done = 0
  try {
    for await (const unit of project.units()) {
      for (const row of predictUnit(unit, outlook)) tally.add(row)
      done += 1
      if (done % 1000 === 0) onProgress(done, units)
    }
    for await (const row of project.leftOut())
      tally.add({ ...toRow(row.source, row.kind, row.ref), ...leftOut })
    for await (const row of project.unusable()) {
      const { code, reason } = row
      tally.add({ ...toRow(row.source, row.kind, ''), action: 'fail', code, reason })
    }
  } finally {
    tally.close()
  }
  renameSync(tally.unfinished, path)
  return tally.forecast()
}

/** What is predicted for the rows that one unit is made of. Pure. */
export function predictUnit(unit: ClientUnit, outlook: Outlook): PredictedRow[] {
  const decide = (effect: Effect, more: Partial<Known> = {}): Action =>
    decideAction(effect, {
      ledger: outlook.ledger(effect.ref, effect.name),
      profiles: outlook.before(effect.ref),
      ownerFailed: false,
      ...more,
    })
  const failed = new Set<string>()
  const rows: PredictedRow[] = []
  const predict = (source: SourceLine, kind: string, action: Action): void => {
    const { action: what, code, reason } = action
    rows.push({ ...toRow(source, kind, unit.ref), action: what, code, reason })
  }
  for (const effect of unit.effects) {
    if (effect.kind === 'profile') {
      const action = decide(effect)
      if (action.action === 'fail') failed.add(effect.ref)
      if (effect.ref === unit.ref) predict(effect.source, sourceKind(unit), action)
    } else if (effect.kind === 'image' || effect.kind === 'file') {
      predict(effect.source, 'documents', decide(effect, { ownerFailed: failed.has(unit.ref) }))
    } else if (effect.kind === 'links') {
      const action = decide(effect, { ownerFailed: failed.has(unit.ref), missing: [...failed] })
      for (const link of effect.links) {
        predict(
          link.source,
          'relations',
          failed.has(link.ref) && action.action === 'create' ? missingLink : action,
        )
      }
    }
  }
  return rows
}

const leftOut = {
  action: 'skip',
  code: 'LEFT_OUT',
  reason: 'An associate whom no company that is sent names',
} as const

const missingLink: Action = {
  action: 'skip',
  code: 'ASSOCIATE_MISSING',
  reason: 'The associate will have no profile; the company is sent without this link',
}

function toRow(source: SourceLine, kind: string, ref: string) {
  return { file: source.file, line: source.line, kind, ref }
}

function sourceKind(unit: ClientUnit): string {
  if (unit.entity === 'COMPANY') return 'companies'
  return unit.client ? 'individuals' : 'persons'
}

const noActions: ActionCounts = { create: 0, unchanged: 0, skip: 0, fail: 0 }

/** Counts predicted rows and writes each to the file as it comes. */
class Tally {
  readonly unfinished: string
  readonly #fd: number
  readonly #total: ActionCounts = { ...noActions }
  readonly #kinds: Record<string, ActionCounts> = Object.fromEntries(
    ['individuals', 'companies', 'persons', 'relations', 'documents'].map((kind) => [kind, { ...noActions }]),
  )
  readonly #codes: Record<string, number> = {}
  #lines: string[] = []

  constructor(path: string) {
    this.unfinished = `${path}.part`
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
    rmSync(this.unfinished, { force: true })
    this.#fd = openSync(this.unfinished, 'wx', 0o600)
  }

  add(row: PredictedRow): void {
    const kind = this.#kinds[row.kind] ?? { ...noActions }
    kind[row.action] += 1
    this.#kinds[row.kind] = kind
    this.#total[row.action] += 1
    const code = `${row.action} ${row.code}`
    this.#codes[code] = (this.#codes[code] ?? 0) + 1
    this.#lines.push(JSON.stringify(row))
    if (this.#lines.length >= 1000) this.#flush()
  }

  close(): void {
    this.#flush()
    closeSync(this.#fd)
  }

  forecast(): Forecast {
    return { total: this.#total, kinds: this.#kinds, codes: this.#codes, rows_file: rowsFile }
  }

  #flush(): void {
    if (this.#lines.length > 0) writeSync(this.#fd, `${this.#lines.join('\n')}\n`)
    this.#lines = []
  }
}
