import { type Connection, Query as PgQuery, type PoolClient } from 'pg'
import { parameterOf, parserOf } from './values.ts'

/** A statement, its values, and who waits for what it gives. */
export interface Asked {
  readonly text: string
  readonly values: readonly unknown[]
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** What a statement gave: its rows, and the first word of its command tag. */
export interface Answer {
  readonly rows: Record<string, unknown>[]
  readonly command: string
}

interface Field {
  readonly name: string
  readonly parse: (text: string) => unknown
}

/** A statement that a connection has been told to prepare; `fields` as soon as the server has described them. */
interface Prepared {
  readonly name: string
  fields: readonly Field[] | undefined
}

/** A statement whose values are as the server takes them. */
interface Ready extends Asked {
  readonly parameters: readonly (string | Buffer | null)[]
}

interface Connected {
  readonly byText: Map<string, Prepared>
  named: number
}

/** Statements are prepared by their text; past this many the rest go unnamed, so that no server keeps thousands. */
const preparedMax = 400
const ofConnection = new WeakMap<Connection, Connected>()

interface RowDescription {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}

interface Step {
  readonly asked: Ready
  readonly prepared: Prepared
  /** Whether this batch is the one that has it prepared. */
  readonly isNew: boolean
  readonly rows: Record<string, unknown>[]
  command: string
}

/**
 * Statements that travel together: one write to the server, and one answer, since only the last is followed by a Sync
 * (PostgreSQL's extended query protocol). When one fails, the server skips the rest; all of them are told so. A statement
 * is prepared at its first use on a connection and described once.
 */
export class Batch extends PgQuery {
  readonly asked: readonly Ready[]
  #steps: Step[] = []
  #at = 0

  constructor(asked: readonly Asked[]) {
    super({ text: '' })
    // Before anything is sent: a value that cannot be given must not leave half a batch on the way.
    this.asked = asked.map((one) => ({ ...one, parameters: one.values.map(parameterOf) }))
  }

  override submit = (connection: Connection): void => {
    const known = ofConnection.get(connection) ?? { byText: new Map<string, Prepared>(), named: 0 }
    ofConnection.set(connection, known)
    connection.stream.cork()
    for (const asked of this.asked) this.#steps.push(send(connection, known, asked))
    connection.sync()
    connection.stream.uncork()
  }

  handleRowDescription(description: RowDescription): void {
    const step = this.#steps[this.#at]
    if (step) step.prepared.fields = description.fields.map(fieldOf)
  }

  handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
    const step = this.#steps[this.#at]
    const row: Record<string, unknown> = {}
    for (const [index, field] of step?.prepared.fields?.entries() ?? []) {
      const text = message.fields[index] ?? null
      row[field.name] = text === null ? null : field.parse(text)
    }
    step?.rows.push(row)
  }

  handleCommandComplete(message: { readonly text: string }): void {
    const step = this.#steps[this.#at]
    this.#at += 1
    if (!step) return
    step.prepared.fields ??= []
    step.command = message.text.split(' ', 1)[0] ?? ''
  }

  handleReadyForQuery(): void {
    this.#answer()
  }

  handleError(error: unknown, connection: Connection): void {
    this.#answer()
    // Whether the failed one was prepared is not known, and those after it were skipped: they get new names.
    const known = ofConnection.get(connection)
    for (const step of this.#steps.slice(this.#at))
      if (step.isNew && known?.byText.get(step.asked.text) === step.prepared)
        known.byText.delete(step.asked.text)
    for (const asked of this.asked.slice(this.#at)) asked.reject(error)
  }

  #answer(): void {
    for (const { asked, rows, command } of this.#steps.slice(0, this.#at)) asked.resolve({ rows, command })
  }
}

function send(connection: Connection, known: Connected, asked: Ready): Step {
  const { prepared, isNew } = preparedFor(known, asked.text)
  if (isNew) connection.parse({ name: prepared.name, text: asked.text, types: [] }, true)
  connection.bind({ statement: prepared.name, values: [...asked.parameters] }, true)
  if (prepared.fields === undefined) connection.describe({ type: 'P' }, true)
  connection.execute(null, true)
  return { asked, prepared, isNew, rows: [], command: '' }
}

function preparedFor(known: Connected, text: string): { prepared: Prepared; isNew: boolean } {
  const found = known.byText.get(text)
  if (found) return { prepared: found, isNew: false }
  if (known.byText.size >= preparedMax) return { prepared: { name: '', fields: undefined }, isNew: true }
  const prepared: Prepared = { name: `s${known.named}`, fields: undefined }
  known.named += 1
  known.byText.set(text, prepared)
  return { prepared, isNew: true }
}

function fieldOf(field: RowDescription['fields'][number]): Field {
  return { name: field.name, parse: parserOf(field.dataTypeID) }
}

/** Sends statements together; each is answered by itself, and from the first that fails on all fail with its error. */
export function sendTogether(client: PoolClient, asked: readonly Asked[]): void {
  try {
    client.query(new Batch(asked))
  } catch (error) {
    for (const { reject } of asked) reject(error)
  }
}
