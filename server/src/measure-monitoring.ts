import { setTimeout as sleep } from 'node:timers/promises'
import type { Metrics } from './platform/metrics.ts'
import type { Engine } from './platform/scope.ts'
import { countOverdue } from './rooms/monitoring/index.ts'

/** A database that takes longer must not hold up the page of metrics. */
const readMsMax = 2_000

/** Shows how many monitored clients should have been looked at and were not; not a number while nobody can tell. */
export function measureMonitoring(metrics: Metrics, engine: Engine): void {
  metrics.gauge(
    {
      name: 'drawbridge_monitoring_overdue',
      help: 'Monitored clients that should have been looked at and were not, in all environments.',
    },
    () =>
      Promise.race([
        countOverdue(engine).catch(() => Number.NaN),
        sleep(readMsMax, Number.NaN, { ref: false }),
      ]),
  )
}
