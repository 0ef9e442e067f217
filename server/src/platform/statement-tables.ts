const naming = new Map<string, Map<string, boolean>>()

/** Whether a statement names a table. Statements are constants of the program, so that few are remembered. */
export function names(text: string, table: string): boolean {
  const known = naming.get(text) ?? new Map<string, boolean>()
  naming.set(text, known)
  const found = known.get(table) ?? new RegExp(`\\b${table}\\b`).test(text)
  known.set(table, found)
  return found
}

const insertsOf = new Map<string, readonly string[]>()

/** The tables that a statement inserts into. Statements are constants of the program, so that few are remembered. */
export function tablesInserted(text: string): readonly string[] {
  const known = insertsOf.get(text)
  if (known !== undefined) return known
  const tables = [...text.matchAll(/insert into (\w+)/g)].flatMap(([, table]) => table ?? [])
  insertsOf.set(text, tables)
  return tables
}
