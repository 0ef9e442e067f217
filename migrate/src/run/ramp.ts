/** From how many finished clients on how many calls may be in flight at once. */
export interface RampStep {
  after: number
  workers: number
}

/** The platform's own limit: no ramp goes above it (R106). */
export const mostWorkers = 5

/** One for the first 500 clients, three for the next 1,000, then five (R101–R103). */
export const defaultRamp: readonly RampStep[] = [
  { after: 0, workers: 1 },
  { after: 500, workers: 3 },
  { after: 1_500, workers: 5 },
]

/** How many calls may be in flight once this many clients are finished; never more than five. */
export function workersAfter(clients: number, ramp: readonly RampStep[]): number {
  const step = ramp.filter(({ after }) => after <= clients).sort((a, b) => b.after - a.after)[0]
  return Math.min(mostWorkers, Math.max(1, step?.workers ?? 1))
}
