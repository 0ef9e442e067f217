import { type DestinationStream, destination as openDestination, pino } from 'pino'
import { describeError } from './log-error.ts'
import { type FieldName, fieldRules } from './log-fields.ts'

/** How much a line of the log matters. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** The fields a line may have, and nothing else: see `log-fields.ts`. */
export type LogFields = Partial<Record<FieldName, string | number | boolean | undefined>> & {
  error?: unknown
}

/**
 * Writes lines of JSON that hold no personal data at any level, by construction: a line is an event name, fields
 * out of a fixed list whose values have a fixed form, and of an error only what code wrote about code. What does
 * not fit is replaced by `"[left out]"`, so a careless call loses a detail and not a secret (ASVS 16.2.5).
 */
export interface Log {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
  fatal(event: string, fields?: LogFields): void
  /** A log that adds these fields to each line. */
  with(fields: LogFields): Log
  /** Makes sure that what was written has left the process. */
  flush(): void
}

/** What is logged, and where to. */
export interface LogOptions {
  readonly level: LogLevel | 'silent'
  /** A file path, a file descriptor (1 is standard output) or a stream; standard output when absent. */
  readonly destination?: string | number | DestinationStream
}

const EVENT = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+){1,4}$/
const LEFT_OUT = '[left out]'

/** Keeps the allowed fields with values of the allowed form. */
function cleaned(fields: LogFields): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    if (name === 'error') clean.error = describeError(value)
    else if (Object.hasOwn(fieldRules, name)) {
      clean[name] = fieldRules[name as FieldName](value) ? value : LEFT_OUT
    }
  }
  return clean
}

function opened(destination: LogOptions['destination']): DestinationStream {
  if (destination !== undefined && typeof destination === 'object') return destination
  return openDestination({ dest: destination ?? 1, sync: true, mkdir: true, mode: 0o600 })
}

/**
 * Opens a log. Lines are written at once, so that the last one before a crash is there. Event names are
 * `noun.happened`, in lower case.
 */
export function createLogger({ level, destination }: LogOptions): Log {
  const stream = opened(destination)
  const writer = pino(
    {
      level,
      base: { pid: process.pid },
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  )
  const flush = () => {
    if ('flushSync' in stream && typeof stream.flushSync === 'function') stream.flushSync()
  }
  return logWith({})

  function logWith(bound: Record<string, unknown>): Log {
    const write =
      (at: LogLevel) =>
      (event: string, fields: LogFields = {}) =>
        writer[at]({ ...bound, ...cleaned(fields) }, EVENT.test(event) ? event : LEFT_OUT)
    return {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      fatal: write('fatal'),
      with: (fields) => logWith({ ...bound, ...cleaned(fields) }),
      flush,
    }
  }
}
