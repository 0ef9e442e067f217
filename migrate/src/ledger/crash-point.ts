/** The places between two outside effects where a test may make the process die, once, as by a power cut. */
export const crashPoints = [
  'before-intent',
  'after-intent-written',
  'after-intent-durable',
  'after-send',
  'after-outcome',
  'before-index-commit',
  'after-index-commit',
  'before-segment-seal',
  'after-segment-seal',
  'after-segment-created',
  'after-unit',
  'before-results',
] as const

export type CrashPoint = (typeof crashPoints)[number]

/** Called at each named point; does nothing unless a test armed that point. */
export type Crash = (point: CrashPoint) => void

/** Never dies. */
export const noCrash: Crash = () => undefined

/** Kills this process with SIGKILL the `nth` time (from 1) that `point` is reached. */
export function crashAt(point: CrashPoint, nth = 1): Crash {
  let seen = 0
  return (reached) => {
    if (reached !== point) return
    seen += 1
    if (seen === nth) process.kill(process.pid, 'SIGKILL')
  }
}

/**
 * Reads `point` or `point:nth`, as the command's main hands it over from the environment.
 * @throws {Error} when the point is not one of `crashPoints`.
 */
export function parseCrash(text: string | undefined): Crash {
  if (text === undefined || text === '') return noCrash
  const [name, nth] = text.split(':')
  const point = crashPoints.find((known) => known === name)
  if (point === undefined) throw new Error(`${name} is not a crash point: ${crashPoints.join(', ')}`)
  return crashAt(point, nth === undefined ? 1 : Number(nth))
}
