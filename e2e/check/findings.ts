/** One thing that is not as the source says. Names places and paths, never anybody's data. */
export interface Finding {
  kind: 'profile' | 'field' | 'tag' | 'link' | 'file' | 'image' | 'document' | 'listing'
  /** Reference in the source, or the API's id where the source knows none. */
  ref: string
  /** Source file and line, e.g. `individuals.csv:17`; empty for strays. */
  source: string
  /** What about it: the path of a field, the list of a link, the path of a file. */
  what: string
}

/** What the checker counted. Everything is as the source says when the four lists are empty. */
export interface CheckReport {
  /** Whole clients of the source that are in the API. */
  clients: number
  /** Profiles in the API. */
  profiles: number
  /** Files and images whose bytes are the source's, by SHA-256. */
  files: number
  /** Values compared. */
  fields: number
  /** In the source, not in the API. */
  lost: Finding[]
  /** In the API more than once. */
  duplicated: Finding[]
  /** In both, not the same. */
  different: Finding[]
  /** In the API, not in the source. */
  strays: Finding[]
}

/** A report before anything was looked at. */
export function emptyReport(): CheckReport {
  return { clients: 0, profiles: 0, files: 0, fields: 0, lost: [], duplicated: [], different: [], strays: [] }
}

/** How many things are not as the source says. */
export function faultsIn(report: CheckReport): number {
  return report.lost.length + report.duplicated.length + report.different.length + report.strays.length
}
