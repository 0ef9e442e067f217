import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'

/** One figure of a benchmark. `wanted` says what was asked for, where something was. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly wanted?: { readonly least?: number; readonly most?: number }
}

/** What one benchmark found: its figures, and the facts that they hang on. */
export interface Result {
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly figures: readonly Figure[]
  /** What explains the figures: rows written, sizes, rounds. */
  readonly details: Readonly<Record<string, unknown>>
}

/** Whether the figure is as wanted; undefined where nothing was asked for. */
export function holds(figure: Figure): boolean | undefined {
  const { value, wanted } = figure
  if (wanted === undefined) return undefined
  return (
    value >= (wanted.least ?? Number.NEGATIVE_INFINITY) && value <= (wanted.most ?? Number.POSITIVE_INFINITY)
  )
}

/** The result as one line of JSON, with the commit and the machine it was found on. */
export function jsonLine(result: Result, at: Date): string {
  const figures = result.figures.map((figure) => ({
    ...figure,
    value: rounded(figure.value),
    ...(figure.wanted === undefined ? {} : { holds: holds(figure) }),
  }))
  const wantedFigures = figures.filter((figure) => figure.wanted !== undefined)
  return JSON.stringify({
    benchmark: result.name,
    commit: commitOf(),
    at: at.toISOString(),
    machine: machine(),
    settings: result.settings,
    holds: wantedFigures.every((figure) => figure.holds === true),
    figures,
    details: result.details,
  })
}

/** The result as a table for people. */
export function table(result: Result): string {
  const rows = result.figures.map((figure) => [
    figure.name,
    `${rounded(figure.value).toLocaleString('en')} ${figure.unit}`,
    wantedText(figure),
    { true: 'holds', false: 'MISSED', undefined: '' }[String(holds(figure))] ?? '',
  ])
  const lines = [['figure', 'value', 'wanted', ''], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${result.name}\n${text.join('\n')}\n`
}

function wantedText({ wanted, unit }: Figure): string {
  if (wanted?.least !== undefined) return `at least ${wanted.least.toLocaleString('en')} ${unit}`.trim()
  if (wanted?.most !== undefined) return `at most ${wanted.most.toLocaleString('en')} ${unit}`.trim()
  return ''
}

/** Three significant digits below 100, whole numbers above. */
function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}

function machine() {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memory_mb: Math.round(totalmem() / 1_048_576),
    node: process.version,
  }
}

function commitOf(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' }).trim()
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+changes')
  } catch {
    return 'unknown'
  }
}

/** The middle of some numbers; of an even number of them the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('There is no median of nothing')
  const sorted = values.toSorted((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
