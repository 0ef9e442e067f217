import type { SourceSummary } from './build-index.ts'

/** A fault of so many rows is rarely in the rows. */
const commonShare = 0.2

const hints: Record<string, (file: string) => string> = {
  ENCODING: (file) =>
    `Many rows of ${file} are not in the declared encoding. Files of older systems are often windows-1252: declare its "encoding"`,
  COLUMN_COUNT: (file) =>
    `Many rows of ${file} have another number of values than its header. Look at "delimiter" and "quote", and at how the file was exported`,
  IMPOSSIBLE_DATE: (file) =>
    `Many dates of ${file} are not in the calendar. The file may have day and month the other way round: look at "date"`,
  DATE_FORMAT: (file) => `Many dates of ${file} are written in another way than stated: look at "date"`,
  UNKNOWN_VALUE: (file) =>
    `Many rows of ${file} have a value that the mapping does not name: look at "values"`,
  UNKNOWN_ROLE: (file) => `Many rows of ${file} have a role that the mapping does not name: look at "roles"`,
  UNKNOWN_KIND: (file) => `Many rows of ${file} have a kind that the mapping does not name: look at "kinds"`,
  INCOMPLETE_ADDRESS: (file) =>
    `Many addresses of ${file} are not complete. Without electronic identity checks and KYC refresh the country is enough: "minimum: { address: country }"`,
  FILE_MISSING: (file) =>
    `Many documents that ${file} names are not on disk. Paths lead from the project's directory: copy the documents into it`,
  MISSING_OWNER: (file) => `Many rows of ${file} name an owner who is in no source: look at "owner"`,
  MISSING_PARTY: (file) => `Many rows of ${file} name a party that is in no source: look at "party"`,
}

/** What one change of the project file would most likely mend: a fault that a fifth of a source's rows share. Pure. */
export function hintsOf(
  sources: readonly SourceSummary[],
  codes: Readonly<Record<string, Readonly<Record<string, number>>>>,
): string[] {
  return [...new Set(sources.map((source) => source.kind))].flatMap((kind) => {
    const ofKind = sources.filter((source) => source.kind === kind)
    const rows = ofKind.reduce((sum, source) => sum + source.rows, 0)
    const files = ofKind.map((source) => source.file).join(', ')
    return Object.entries(codes[kind] ?? {})
      .filter(([, n]) => n >= 2 && n > rows * commonShare)
      .flatMap(([code]) => hints[code]?.(files) ?? [])
  })
}
