/** What the doctor thinks of one thing. `unknown` is what could not be looked at; only `failed` fails the command. */
export type Verdict = 'ok' | 'warning' | 'failed' | 'unknown'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly verdict: Verdict
  /** What was found, in words and numbers; nothing secret, nothing personal. */
  readonly found: string
  /** What to do; absent where nothing is to be done. */
  readonly remedy?: string
}

/** A check that found nothing wrong. */
export function ok(name: string, found: string): Check {
  return { name, verdict: 'ok', found }
}

/** A check that found what may become a failure. */
export function warning(name: string, found: string, remedy: string): Check {
  return { name, verdict: 'warning', found, remedy }
}

/** A check that found what is wrong now. */
export function failed(name: string, found: string, remedy: string): Check {
  return { name, verdict: 'failed', found, remedy }
}

/** A check that could not look. */
export function unknown(name: string, found: string): Check {
  return { name, verdict: 'unknown', found }
}

/** Runs a check; what it raises is its finding. */
export async function attempt(
  name: string,
  remedy: string,
  look: () => Promise<Check | readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    const found = await look()
    return Array.isArray(found) ? found : [found as Check]
  } catch (error) {
    return [failed(name, error instanceof Error ? error.message : String(error), remedy)]
  }
}

/** Bytes that are free where the home lies: too few for the log of the database, few, or enough. */
export function judgeSpace(free: number, total: number, words: string): Check {
  const name = 'disk space'
  if (free < 1e9)
    return failed(name, words, 'Free some space now: a full disk stops the database until there is some.')
  if (free < 5e9 || free < total * 0.05)
    return warning(name, words, 'Free some space, or give the home a larger disk.')
  return ok(name, words)
}

/** How far the clock of this machine is from that of the database, in milliseconds. */
export function judgeSkew(ms: number): Check {
  const name = 'clock'
  const words = `${(Math.abs(ms) / 1000).toFixed(1)} s from the clock of the database`
  if (Math.abs(ms) > 60_000) return failed(name, words, 'Set the clocks of both machines by NTP.')
  if (Math.abs(ms) > 2_000) return warning(name, words, 'See that both machines set their clocks by NTP.')
  return ok(name, words)
}

/** The rights of a file or directory that holds secrets; `allowed` are the bits it may have. */
export function judgeMode(name: string, path: string, mode: number, allowed: number): Check {
  const bits = (mode & 0o777).toString(8).padStart(4, '0')
  const found = `${path} has mode ${bits}`
  if ((mode & 0o777 & ~allowed) === 0) return ok(name, found)
  return failed(name, found, `Run: chmod ${(allowed & 0o700).toString(8)} ${path}`)
}

/** The age of the newest backup in days; null where there is none. */
export function judgeBackupAge(days: number | null, daysMax: number): Check {
  const name = 'backup'
  const remedy = 'Make one now, and one a day: drawbridge backup --to DIRECTORY'
  if (days === null) return failed(name, 'there is none', remedy)
  const words = `the newest is ${days.toFixed(1)} days old`
  if (days > daysMax)
    return failed(name, `${words}, and ${daysMax} days is the oldest that may be restored`, remedy)
  return days > 2 ? warning(name, words, remedy) : ok(name, words)
}
