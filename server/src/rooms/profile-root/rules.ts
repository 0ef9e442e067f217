/** The ETag of a version: `W/"<seconds>.<milliseconds>"` of the instant it was written. */
export function etagOf(version: number): string {
  return `W/"${Math.floor(version / 1000)}.${String(version % 1000).padStart(3, '0')}"`
}

/** The version that follows: the present instant in milliseconds, and always more than the one before. */
export function versionAfter(previous: number | null, now: Date): number {
  return previous === null ? now.getTime() : Math.max(now.getTime(), previous + 1)
}
