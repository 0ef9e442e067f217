type Rule = (value: unknown) => boolean

const matches =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === 'string' && pattern.test(value)

const id = matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const word = matches(/^[a-z][a-z0-9]*([._-][a-z0-9]+)*$/)
const number: Rule = (value) => typeof value === 'number' && Number.isFinite(value)
const flag: Rule = (value) => typeof value === 'boolean'

/**
 * A route as it is written in the contract or bound in the server: its parts are words, `{parameters}` or
 * `:parameters`, so a real id cannot pass.
 */
const route = matches(/^\/$|^(\/(\d\.\d|[a-z][a-z_-]{0,40}(\.json)?|\{[a-z_]{1,40}\}|:[a-z_]{1,40}))+$/)

/**
 * Every field that a log line may have, with the form its value must have. Text that a customer wrote has no
 * place here: an id is a UUID, a word comes from the code, a number is a number.
 */
export const fieldRules = {
  // the request
  method: matches(/^[A-Z]{3,7}$/),
  route,
  /** The name of an operation of the contract: at least two words, as in `CreateProfile`. */
  operation: matches(/^[A-Z][a-z]+([A-Z][a-z]*){1,8}$/),
  status: number,
  ms: number,
  request_id: id,
  // who and what, by id only
  account_id: id,
  institution_id: id,
  key_id: id,
  profile_id: id,
  file_id: id,
  provider_id: id,
  fact_id: id,
  job_id: matches(/^\d{1,19}$|^[0-9a-f-]{36}$/),
  // what happened, in words of the code
  reason: word,
  /** The class of an error and its code, where the error itself is not at hand. */
  error_name: matches(/^[A-Z][A-Za-z]{0,60}( [A-Z0-9_]{2,60})?$/),
  outcome: word,
  step: word,
  part: word,
  job: word,
  queue: word,
  role: word,
  kind: word,
  signal: matches(/^SIG[A-Z0-9]{2,10}$/),
  version: matches(/^\d{1,5}(\.\d{1,5}){0,3}$/),
  file: matches(/^[a-z0-9-]{1,80}\.(sql|ts|yaml|json)$/),
  // how much
  port: number,
  /** Of PostgreSQL; a line has `pid` of its own already. */
  postgres_pid: number,
  count: number,
  bytes: number,
  attempt: number,
  position: number,
  pending: number,
  exit_code: number,
  // yes or no
  retryable: flag,
  ready: flag,
  ended: flag,
} satisfies Record<string, Rule>

/** The name of a field that a line of the log may have. */
export type FieldName = keyof typeof fieldRules
