import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** A prepared statement and its values. */
interface Statement {
  readonly name: string
  readonly text: string
  readonly values: readonly Cell[]
}

/** Writes every row that stands in the database for one profile, in one transaction. */
export type BareWrite = readonly Statement[]

/**
 * How the bare side writes: `tables` is one statement for each table between begin and commit, `single` is one
 * statement for all tables, which is as few as PostgreSQL allows and as no program with decisions in it could be.
 */
export type BareWay = 'tables' | 'single'

/** A table with rows of profiles. */
export interface TableShape {
  readonly table: string
  readonly columns: readonly string[]
  /** The column that names the profile. */
  readonly owner: 'id' | 'profile_id'
}

/** A value as it is written: text, bytes or nothing. */
export type Cell = string | Buffer | null
/** A row by column. */
export type Row = Readonly<Record<string, Cell>>

interface RowsOf {
  readonly shape: TableShape
  readonly rows: readonly Row[]
}

interface Inserted {
  readonly text: string
  readonly values: readonly Cell[]
}

/** Made with the account or by the clock, not by a create. */
const apart = ['account_key', 'api_key', 'rate_bucket', 'checkpoint', 'profile_count', 'tag_count']

/** Reads values as the server writes them, so that they go back unchanged; bytes as bytes. */
export const asWritten: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.BYTEA
      ? pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text')
      : (text: string) => text) as typeof pg.types.getTypeParser,
}

/**
 * The bare side of a benchmark: the very rows that the API wrote (sealed bytes, index terms, facts with their place in
 * the chain), written again under another account by prepared statements, over a pool of the same size, by the role that
 * the platform works as and therefore under row-level security.
 */
export class BareRows {
  readonly account = randomUUID()
  readonly #reading: pg.Pool
  readonly #writing: pg.Pool
  readonly #source: string
  readonly #way: BareWay
  readonly #names = new Map<string, string>()
  #shapes: readonly TableShape[] | undefined

  /** Rows are read over `reading`, which sees every account, and written as the platform's own role. */
  constructor(reading: pg.Pool, database: pg.PoolConfig, sourceAccount: string, way: BareWay) {
    this.#reading = reading
    this.#source = sourceAccount
    this.#way = way
    this.#writing = new pg.Pool({
      ...database,
      // One statement alone cannot name its account first: the connection does.
      options: `-c role=drawbridge_app ${way === 'single' ? `-c app.account_id=${this.account}` : ''}`,
    })
  }

  /** Closes the connections it writes over. */
  async close(): Promise<void> {
    await this.#writing.end()
  }

  /** Reads back what the API wrote for these profiles and prepares the statements that write it again. */
  async capture(profileIds: readonly string[]): Promise<BareWrite[]> {
    const captured = await this.#rowsOfAll(profileIds)
    return captured.map((tables) => this.#writeOf(tables, categoryOf(tables)))
  }

  /** The rows of each profile by table. */
  async #rowsOfAll(profileIds: readonly string[]): Promise<RowsOf[][]> {
    await untilSequenced(this.#reading, this.#source)
    this.#shapes ??= await readShapes(this.#reading)
    const perProfile = new Map<string, RowsOf[]>(profileIds.map((id) => [id, []]))
    for (const shape of this.#shapes)
      for (const [id, rows] of await this.#rowsOf(shape, profileIds))
        perProfile.get(id)?.push({ shape, rows })
    return [...perProfile.values()]
  }

  async #rowsOf(shape: TableShape, ids: readonly string[]): Promise<Map<string, Row[]>> {
    const { rows } = await this.#reading.query<Row>({
      text: `select ${shape.columns.join(', ')} from ${shape.table} where account_id = $1 and ${shape.owner} = any($2)`,
      values: [this.#source, ids],
      types: asWritten,
    })
    return Map.groupBy(rows, (row) => String(row[shape.owner]))
  }

  /**
   * Reads back what the API wrote for these profiles and prepares it as the transactions in which the API wrote it: one
   * for each moment at which facts were recorded. What changed from one to the next is written once, in its last state:
   * rows that say when they were written (`at`) with their moment, all others with the first.
   */
  async captureSteps(profileIds: readonly string[]): Promise<BareWrite[][]> {
    const captured = await this.#rowsOfAll(profileIds)
    return captured.map((tables) =>
      stepsOf(tables).map((step, at) => this.#writeOf(step, at === 0 ? categoryOf(tables) : undefined)),
    )
  }

  #writeOf(tables: readonly RowsOf[], category: string | undefined): BareWrite {
    const inserts = tables.map((table) => insertOf(table, this.account))
    const all = category === undefined ? inserts : [...inserts, this.#counting(category)]
    const statements = this.#way === 'tables' ? all : [together(all)]
    return statements.map(({ text, values }) => ({ name: this.#nameOf(text), text, values }))
  }

  #counting(category: string): Inserted {
    return {
      text: `insert into profile_count as c (account_id, category, slot, profiles) values ($1, $2, pg_backend_pid() % 64, 1)
        on conflict (account_id, category, slot) do update set profiles = c.profiles + 1`,
      values: [this.account, category],
    }
  }

  /** Writes one transaction. */
  async write(statements: BareWrite): Promise<void> {
    const [only] = statements
    if (only !== undefined && this.#way === 'single') {
      await this.#writing.query({ ...only, values: [...only.values] })
      return
    }
    const client = await this.#writing.connect()
    try {
      await client.query(`begin; select set_config('app.account_id', '${this.account}', true)`)
      for (const { name, text, values } of statements) await client.query({ name, text, values: [...values] })
      await client.query('commit')
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  #nameOf(text: string): string {
    const name = this.#names.get(text) ?? `${this.#way}${this.#names.size}`
    this.#names.set(text, name)
    return name
  }

  /** Rows of both sides, by table: they must be the same number, or the two sides did not do the same. */
  async countRows(): Promise<Record<string, { api: number; bare: number }>> {
    const counts: Record<string, { api: number; bare: number }> = {}
    for (const { table } of this.#shapes ?? []) {
      const count = (account: string) => countOf(this.#reading, table, account)
      const [api, bare] = [await count(this.#source), await count(this.account)]
      if (api + bare > 0) counts[table] = { api, bare }
    }
    return counts
  }
}

/** The rows by the transaction they are written in: by their moment, or with the first. */
function stepsOf(tables: readonly RowsOf[]): RowsOf[][] {
  const facts = tables.find(({ shape }) => shape.table === 'fact')?.rows ?? []
  const moments = [...new Set(facts.map((row) => String(row.at)))].sort()
  const stepOf = (row: Row) => Math.max(0, moments.indexOf(String(row.at)))
  return moments.map((_moment, step) =>
    tables.flatMap(({ shape, rows }) => {
      const own = rows.filter((row) => stepOf(row) === step)
      return own.length === 0 ? [] : [{ shape, rows: own }]
    }),
  )
}

function insertOf({ shape, rows }: RowsOf, account: string): Inserted {
  const values: Cell[] = [account]
  const tuples = rows.map((row) => {
    const marks = shape.columns.map((column) => {
      if (column === 'account_id') return '$1'
      values.push(row[column] ?? null)
      return `$${values.length}`
    })
    return `(${marks.join(', ')})`
  })
  const columns = shape.columns.join(', ')
  const text = `insert into ${shape.table} (${columns}) overriding system value values ${tuples.join(', ')}`
  return { text, values }
}

/** Several inserts as one statement: each but the last becomes a WITH of it. */
function together(inserts: readonly Inserted[]): Inserted {
  const values: Cell[] = []
  const texts = inserts.map((insert) => {
    const shift = values.length
    values.push(...insert.values)
    return insert.text.replace(/\$(\d+)/g, (_mark, number) => `$${Number(number) + shift}`)
  })
  const withs = texts.slice(0, -1).map((text, at) => `t${at} as (${text})`)
  return { text: `with ${withs.join(', ')} ${texts.at(-1)}`, values }
}

function categoryOf(tables: readonly RowsOf[]): string {
  const profile = tables.find(({ shape }) => shape.table === 'profile')?.rows[0]
  if (profile === undefined) throw new Error('A profile that the API made has no row')
  return String(profile.category)
}

/** The tables that hold rows of a profile, and their columns. */
export async function readShapes(pool: Pick<pg.Pool, 'query'>): Promise<TableShape[]> {
  const { rows } = await pool.query<{ table: string; columns: string[] }>(
    `select c.table_name as "table", array_agg(c.column_name::text order by c.ordinal_position) as columns
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE' group by c.table_name`,
  )
  return rows.flatMap(({ table, columns }) => {
    const owner = table === 'profile' ? 'id' : columns.includes('profile_id') ? 'profile_id' : undefined
    return owner === undefined || !columns.includes('account_id') || apart.includes(table)
      ? []
      : [{ table, columns, owner } satisfies TableShape]
  })
}

async function countOf(pool: pg.Pool, table: string, account: string): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    `select count(*)::text as count from ${table} where account_id = $1 and ${table === 'profile' ? 'id' : 'profile_id'} is not null`,
    [account],
  )
  return Number(rows[0]?.count ?? 0)
}

/** Waits until every fact of the account has its place in the chain. */
export async function untilSequenced(pool: pg.Pool, account: string): Promise<void> {
  while (true) {
    const { rows } = await pool.query('select from fact where account_id = $1 and position is null limit 1', [
      account,
    ])
    if (rows.length === 0) return
    await sleep(20)
  }
}
