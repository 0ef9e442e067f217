import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** The only labels a metric may have. None of them can name a person, an account or a document. */
export type MetricLabel =
  | 'method'
  | 'route'
  | 'status'
  | 'reason'
  | 'outcome'
  | 'queue'
  | 'job'
  | 'kind'
  | 'role'
  | 'step'

type Labels = Partial<Record<MetricLabel, string | number>>

/** What a metric is called and may be divided by. */
export interface MetricOptions {
  /** Lower case with the unit at the end, as Prometheus asks: `drawbridge_requests_total`. */
  readonly name: string
  readonly help: string
  readonly labels?: readonly MetricLabel[]
}

/** The metrics of this process. */
export interface Metrics {
  /** A number that only grows. */
  counter(options: MetricOptions): { add(labels?: Labels, amount?: number): void }
  /** A number that is read when the page is asked for. */
  gauge(options: MetricOptions, read: () => number | Promise<number>): void
  /** How long something takes, in seconds. */
  histogram(options: MetricOptions & { readonly buckets?: readonly number[] }): {
    observe(labels: Labels, seconds: number): void
  }
  /** The page for Prometheus, and its content type. */
  page(): Promise<{ contentType: string; text: string }>
  /** Forgets all metrics, so that a process may start a second set. */
  close(): void
}

const LABEL_VALUE = /^[A-Za-z0-9_.:/{}-]{1,100}$/
const LONG_ID = /[0-9a-fA-F]{8,}|\d{6,}/
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** A value that is no word of the code becomes `other`: neither personal data nor endless series. */
function safeLabels(labels: Labels): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => {
      const text = String(value)
      return [name, LABEL_VALUE.test(text) && !LONG_ID.test(text) ? text : 'other']
    }),
  )
}

/** Opens a registry with the standard process metrics (memory, CPU, event loop delay, garbage collection). */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const base = ({ name, help, labels = [] }: MetricOptions) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  return {
    counter(options) {
      const counter = new Counter(base(options))
      return { add: (labels = {}, amount = 1) => counter.inc(safeLabels(labels), amount) }
    },
    gauge(options, read) {
      new Gauge({
        ...base(options),
        async collect() {
          this.set(await read())
        },
      })
    },
    histogram(options) {
      const histogram = new Histogram({ ...base(options), buckets: [...(options.buckets ?? SECONDS)] })
      return { observe: (labels, seconds) => histogram.observe(safeLabels(labels), seconds) }
    },
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    close: () => registry.clear(),
  }
}
