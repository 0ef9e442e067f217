import type { CheckResult } from '../check.ts'
import type { Forecast } from '../forecast.ts'
import { numberText } from '../words.ts'

/** A check as a person reads it in a terminal: a table of the sources, then what is wrong and where it is listed. */
export function describeCheck(result: CheckResult): string {
  const { counts } = result
  const sources = result.sources.map(({ kind, file, rows, usable, unusable }) => [
    kind,
    file,
    ...figures([rows, usable, unusable]),
  ])
  const faults = Object.entries(result.codes).flatMap(([kind, codes]) =>
    Object.entries(codes).map(([code, n]) => [code, kind, ...figures([n])]),
  )
  const notRead = result.sources.filter((source) => source.unmapped_columns.length > 0)
  return [
    table(['source', 'file', 'rows', 'usable', 'unusable'], sources),
    `\nTo send: ${numberText(counts.clients)} clients (${numberText(counts.individuals)} individuals, ${numberText(counts.companies)} companies), ${numberText(counts.associates)} associates, ${numberText(counts.links)} links, ${numberText(counts.effects.file)} files, ${numberText(counts.effects.image)} document images.\n`,
    ...(counts.unlinked_associates === 0
      ? []
      : [`Not sent: ${numberText(counts.unlinked_associates)} associates whom no client's company names.\n`]),
    ...notRead.map(
      (source) =>
        `Columns of ${source.file} that the mapping does not read: ${source.unmapped_columns.join(', ')}\n`,
    ),
    ...result.hints.map((hint) => `${hint}.\n`),
    ...(faults.length === 0
      ? ['Every row can be sent.\n']
      : [
          '\n',
          table(['code', 'source', 'rows'], faults),
          `\nEach of these rows, with its reason and what to do: ${result.unusable_file}\n`,
        ]),
  ].join('')
}

/** A forecast as a person reads it in a terminal: a table of actions, then the reasons of those that are not done. */
export function describeForecast(result: Forecast): string {
  const row = (name: string, counts: Forecast['total']): string[] => [
    name,
    ...figures([counts.create, counts.unchanged, counts.skip, counts.fail]),
  ]
  const kinds = Object.entries(result.kinds).map(([kind, counts]) => row(kind, counts))
  const reasons = Object.entries(result.codes)
    .filter(([code]) => !code.startsWith('create'))
    .sort(([, one], [, other]) => other - one)
    .map(([code, n]) => [code, ...figures([n])])
  return [
    table(['rows of', 'create', 'unchanged', 'skip', 'fail'], [...kinds, row('all', result.total)]),
    ...(reasons.length === 0 ? [] : ['\n', table(['action and code', 'rows'], reasons)]),
    `\nThe action of every row: ${result.rows_file}\n`,
  ].join('')
}

function figures(numbers: readonly number[]): string[] {
  return numbers.map(numberText)
}

/** Columns of words stand left, columns of figures right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  const isFigure = head.map((_, column) => rows.every((line) => /^[\d,]+$/u.test(line[column] ?? '')))
  return lines
    .map((line) => {
      const cells = line.map((cell, column) => pad(cell, widths[column] ?? 0, isFigure[column] === true))
      return `${cells.join('  ').trimEnd()}\n`
    })
    .join('')
}

function pad(cell: string, width: number, isFigure: boolean): string {
  return isFigure ? cell.padStart(width) : cell.padEnd(width)
}
