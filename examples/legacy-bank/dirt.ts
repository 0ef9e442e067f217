/** Ways in which a row of an old system is broken; the export's README says what each looks like. */
export type DirtKind =
  | 'impossible_date'
  | 'latin1_bytes'
  | 'missing_last_name'
  | 'missing_country'
  | 'missing_registration_no'
  | 'unknown_country'
  | 'duplicate_reference'
  | 'missing_party'
  | 'missing_file'

/** The files that hold rows broken on purpose. */
export type DirtyFile = 'individuals' | 'companies' | 'relations' | 'documents'

const kindsByFile: Record<DirtyFile, readonly DirtKind[]> = {
  individuals: [
    'impossible_date',
    'latin1_bytes',
    'missing_last_name',
    'duplicate_reference',
    'unknown_country',
    'missing_country',
  ],
  companies: [
    'missing_registration_no',
    'unknown_country',
    'duplicate_reference',
    'latin1_bytes',
    'impossible_date',
    'missing_country',
  ],
  relations: ['missing_party'],
  documents: ['missing_file'],
}

/**
 * How row `index` (from 0) of a file is broken, or null. The broken rows lie evenly, so that exactly
 * floor(rows × share) of them are broken, the first row never and, at a share up to 0.5, no two in a row.
 */
export function dirtOf(file: DirtyFile, index: number, share: number): DirtKind | null {
  const before = Math.floor(index * share)
  if (Math.floor((index + 1) * share) === before) return null
  const kinds = kindsByFile[file]
  return kinds[before % kinds.length] ?? null
}
