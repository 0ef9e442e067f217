import type { DirtKind, DirtyFile } from './dirt.ts'

/** A row broken on purpose: where it is (line as an editor shows it) and how it is broken. */
export interface DirtyRow {
  file: `${DirtyFile}.csv`
  line: number
  kind: DirtKind
  /** Reference that the row bears: client, company, or the company or owner that a relation or document is of. */
  reference: string
}

/** What the generator knows of its export; lies beside it as `expected.json`. */
export interface Expected {
  options: { clients: number; seed: number; dirtyShare: number; documentShare: number }
  /** Rows of each file, header not counted, broken ones counted. */
  rows: { individuals: number; companies: number; persons: number; relations: number; documents: number }
  clean: {
    individuals: number
    client_companies: number
    owner_companies: number
    persons: number
    relations: number
    documents: number
    /** Clients: whole individuals and whole companies that are clients. */
    clients: number
    /** Profiles that are only associates: persons and owner companies. */
    associates: number
    /** Clients and associates. */
    profiles: number
    /** Labels on whole rows, one for each client and label. */
    labels: number
  }
  relations_by_role: Record<string, number>
  documents_by_kind: Record<string, number>
  dirty: { total: number; by_file: Record<string, number>; by_kind: Record<string, number>; rows: DirtyRow[] }
}

/** Counts one more of a kind. */
export function countOne(counts: Record<string, number>, kind: string): void {
  counts[kind] = (counts[kind] ?? 0) + 1
}
