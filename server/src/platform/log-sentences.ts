import type { Log, LogFields, LogLevel } from './log.ts'

/** A log that is given fields and a sentence, as the parts that wrap another program expect. */
export interface SentenceLog {
  info(fields: object, sentence: string): void
  warn(fields: object, sentence: string): void
  error(fields: object, sentence: string): void
}

/** Keeps nothing: for a command that says itself what it does. */
export const silentLog: SentenceLog = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** What those parts say, and the event it is. A sentence of another program may quote a value; it is not here. */
const EVENTS: Readonly<Record<string, string>> = {
  'PostgreSQL started': 'postgres.started',
  'PostgreSQL was already running: attached': 'postgres.attached',
  'PostgreSQL was lost: starting it again': 'postgres.lost',
  'PostgreSQL could not be started': 'postgres.start-failed',
  'PostgreSQL stopped': 'postgres.stopped',
  'a connection of the job queue broke': 'jobs.connection-broke',
  'job failed': 'jobs.failed',
  'jobs of dead workers were freed': 'jobs.freed',
  'could not look for dead workers': 'jobs.recovery-failed',
  'worker ended': 'jobs.worker-ended',
  'worker did not stop cleanly': 'jobs.stop-failed',
}

const FIELDS: Readonly<Record<string, string>> = {
  jobId: 'job_id',
  task: 'job',
  err: 'error_name',
  workers: 'count',
}

function fieldsOf(facts: object): LogFields {
  const renamed = Object.entries(facts).map(([name, value]) => [FIELDS[name] ?? name, value])
  return Object.fromEntries(renamed)
}

/**
 * Lets a part that speaks in sentences write into the log. A sentence that is not known becomes the event
 * `<part>.told`, so the log keeps its promise: no text that could quote a value.
 */
export function sentenceLog(log: Log, part: string): SentenceLog {
  const tell = (level: LogLevel) => (facts: object, sentence: string) =>
    log[level](EVENTS[sentence] ?? `${part}.told`, fieldsOf(facts))
  return { info: tell('info'), warn: tell('warn'), error: tell('error') }
}
