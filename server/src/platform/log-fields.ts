type Rule = (value: unknown) => boolean

const matches =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === 'string' && pattern.test(value)

const id = matches(/^[0-9A-Za-z]{8}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{12}$/)
const word = matches(/^[a-z][a-z0-9]*([._-][a-z0-9]+)*$/)
const number: Rule = (value) => typeof value === 'number' && Number.isFinite(value)
const flag: Rule = (value) => typeof value === 'boolean'

/** A route as it is written in the contract: its parts are words or `{parameters}`, so a real id cannot pass. */
const route = matches(/^\/([a-z_.-]{1,40}|\d\.\d|\{[a-z_]{1,40}\})?(\/([a-z_.-]{1,40}|\{[a-z_]{1,40}\}))*$/)

/**
 * Every field that a log line may have, with the form its value must have. Text that a customer wrote has no
 * place here: an id is a UUID, a word comes from the code, a number is a number.
 */
export const fieldRules = {
  // the request
  method: matches(/^[A-Z]{3,7}$/),
  route,
  status: number,
  ms: number,
  request_id: id,
  // who and what, by id only
  account_id: id,
  institution_id: id,
  key_id: id,
  profile_id: id,
  file_id: id,
  fact_id: id,
  job_id: matches(/^\d{1,19}$|^[0-9a-f-]{36}$/),
  // what happened, in words of the code
  reason: word,
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
  pid: number,
  count: number,
  bytes: number,
  attempt: number,
  position: number,
  pending: number,
  exit_code: number,
  // yes or no
  retryable: flag,
  ready: flag,
} satisfies Record<string, Rule>

export type FieldName = keyof typeof fieldRules
