const CAUSES_MAX = 4
const FRAMES_MAX = 20

/** A stack line as V8 writes it: a function, and a place in a file of ours, of a package or of Node. */
const FRAME =
  /^ {4}at (?:(?:async |new )*[\w.$<>[\] #]{1,120} \()?(?:file:\/\/)?(?:node:|\/|[A-Z]:[\\/])[^\s()]{1,300}:\d+:\d+\)?$/
const CLASS = /^[A-Z][A-Za-z0-9]{0,60}$/
const CODE = /^[A-Z0-9_]{2,60}$/
const REASON = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/
/** Names out of our own schema; PostgreSQL reports them apart from the values. */
const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/
const FORMS: Readonly<Record<string, RegExp>> = {
  code: CODE,
  reason: REASON,
  kind: REASON,
  syscall: IDENTIFIER,
  schema: IDENTIFIER,
  table: IDENTIFIER,
  column: IDENTIFIER,
  constraint: IDENTIFIER,
  severity: /^(ERROR|FATAL|PANIC)$/,
}

function framesOf(error: Error): string[] {
  const stack = typeof error.stack === 'string' ? error.stack : ''
  // A message that imitates stack lines would smuggle its text into the log, so such a stack is left out.
  if (/\n {4}at /.test(String(error.message))) return []
  return stack
    .split('\n')
    .filter((line) => FRAME.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) => line.trim())
}

function describeOne(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { class: typeof error }
  const name = error.constructor.name || error.name
  const described: Record<string, unknown> = { class: CLASS.test(name) ? name : 'Error' }
  const properties: object = error
  for (const [key, form] of Object.entries(FORMS)) {
    const value: unknown = Reflect.get(properties, key)
    if (typeof value === 'string' && form.test(value)) described[key] = value
  }
  const stack = framesOf(error)
  return stack.length > 0 ? { ...described, stack } : described
}

/**
 * What may be known of an error outside the request: its class, codes, the names of the database objects it
 * concerns and where in the code it arose. Messages, and PostgreSQL's `detail`, `hint`, `where`, `query` and
 * `parameters`, may quote values and never pass.
 */
export function describeError(error: unknown): Record<string, unknown> {
  const described = describeOne(error)
  const causes: Record<string, unknown>[] = []
  let cause = error instanceof Error ? error.cause : undefined
  while (cause !== undefined && causes.length < CAUSES_MAX) {
    causes.push(describeOne(cause))
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return causes.length > 0 ? { ...described, causes } : described
}
