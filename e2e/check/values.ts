/** The value at a dotted path, numbers for places in a list and `length` for how long it is; undefined when absent. */
export function at(value: unknown, path: string): unknown {
  let here = value
  for (const step of path.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined
    here = Reflect.get(here, step)
  }
  return here
}

/** The list at a path; empty when there is none. */
export function listAt(value: unknown, path: string): unknown[] {
  const found = at(value, path)
  return Array.isArray(found) ? found : []
}

/** The text at a path; empty when there is none. */
export function textAt(value: unknown, path: string): string {
  const found = at(value, path)
  return typeof found === 'string' ? found : ''
}

function canonical(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(canonical)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]))
}

/** Paths whose value is not the expected one. An expected null means absent, null, empty text or an empty list. */
export function differences(expectation: Record<string, unknown>, document: unknown): string[] {
  return Object.entries(expectation)
    .filter(([path, expected]) => {
      const found = at(document, path)
      if (expected !== null) return JSON.stringify(canonical(found)) !== JSON.stringify(canonical(expected))
      return !(found === undefined || found === null || found === '' || found === 0)
    })
    .map(([path]) => path)
}
