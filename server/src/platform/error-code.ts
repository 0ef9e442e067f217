/** The code of a system or PostgreSQL error (`ENOENT`, `42501`), or an empty string when it has none. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
