import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { plainQuery } from '../server/src/platform/account-transaction.ts'
import { readMigrations } from '../server/src/platform/postgres/index.ts'
import {
  createVault,
  localKeyEncryption,
  openJson,
  readKeyEncryptionKeys,
} from '../server/src/platform/vault/index.ts'
import { asWritten, type Cell, type Row, readShapes, type TableShape } from './bare-rows.ts'
import { Clients } from './clients.ts'
import { HttpLoad } from './http-load.ts'
import { SeedRows, type SeedTag, type Template } from './seed-rows.ts'
import { type BenchServer, startBenchServer } from './server-process.ts'

/** Words of the seeded book: one that all profiles carry, and one of each hundredth. */
export const seedWords = { all: 'migrated', hundredth: 'escheatable' } as const

/** A database full of profiles, served. */
export interface SeededServer {
  readonly server: BenchServer
  /** Profiles a second when it was seeded, which may have been in an earlier run. */
  readonly seededASecond: number
  readonly profiles: number
}

const bytesAProfile = 12_000
const batch = 2_000
const seedVersion = 1

/**
 * Serves a database of so many profiles out of the cache directory, seeding it by COPY when it is not there yet.
 * Raises when the disk has no room.
 */
export async function seededServer(cache: string, profiles: number, poolSize: number): Promise<SeededServer> {
  const home = join(cache, `book-${await schemaHash()}-${profiles}`)
  const marker = join(home, 'seeded.json')
  const known = await readFile(marker, 'utf8').catch(() => undefined)
  if (known !== undefined) {
    const server = await startBenchServer({ home, poolSize })
    return { server, profiles, seededASecond: JSON.parse(known).profiles_a_second }
  }
  await rm(home, { recursive: true, force: true })
  await mkdir(home, { recursive: true, mode: 0o700 })
  await assertRoom(home, profiles)
  const server = await startBenchServer({ home, poolSize })
  try {
    const seconds = await seed(server, profiles)
    const seededASecond = Math.round(profiles / seconds)
    await writeFile(marker, JSON.stringify({ profiles, seconds, profiles_a_second: seededASecond }))
    return { server, profiles, seededASecond }
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function schemaHash(): Promise<string> {
  const hash = createHash('sha256').update(String(seedVersion))
  for (const { sha256 } of await readMigrations(join(import.meta.dirname, '..', 'server', 'migrations')))
    hash.update(sha256)
  return hash.digest('hex').slice(0, 12)
}

async function assertRoom(home: string, profiles: number): Promise<void> {
  const { bavail, bsize } = await statfs(home)
  const needed = profiles * bytesAProfile
  if (bavail * bsize < needed)
    throw new Error(
      `${profiles} profiles need about ${Math.ceil(needed / 1e9)} GB at ${home}, which has less`,
    )
}

/** Seeds all but the one profile that the API makes as the template. Returns the seconds it took. */
async function seed(server: BenchServer, profiles: number): Promise<number> {
  const client = new pg.Client(server.database)
  await client.connect()
  try {
    const clients = await Clients.open(1)
    const { template, tags } = await makeTemplate(server, client, clients)
    const shapes = new Map((await readShapes(client)).map((shape) => [shape.table, shape]))
    const kek = await readKeyEncryptionKeys({ home: server.home, text: undefined, file: undefined })
    const vault = await createVault(localKeyEncryption(kek)).forAccount(plainQuery(client), server.accountId)
    const rows = new SeedRows(vault, template, tags, Date.now() - profiles)
    const started = performance.now()
    // While the database takes a batch, the next one is made.
    let copying = Promise.resolve()
    for (let first = 1; first < profiles; first += batch) {
      const tables = new Map<string, Row[]>()
      for (let index = first; index < Math.min(first + batch, profiles); index += 1)
        for (const [table, made] of rows.rowsOf(index, clients.data(index))) {
          const rowsOfTable = tables.get(table)
          if (rowsOfTable) rowsOfTable.push(...made)
          else tables.set(table, [...made])
        }
      await copying
      copying = copyTables(client, shapes, tables)
    }
    await copying
    await count(client, server.accountId, profiles - 1, tags)
    const seconds = (performance.now() - started) / 1000
    await client.query('vacuum (analyze)')
    await client.query('checkpoint')
    return seconds
  } finally {
    await client.end()
  }
}

/** Makes the first profile through the API, with both labels, and reads what that wrote. */
async function makeTemplate(server: BenchServer, client: pg.Client, clients: Clients) {
  const load = new HttpLoad(server.url, server.apiKey, 1)
  const post = async (path: string, body: string) =>
    JSON.parse(await load.send({ method: 'POST', path, body }))
  const { id } = await post('/4.0/profiles', clients.body(0))
  const tagOf = async (name: string, every: number): Promise<SeedTag> => {
    const tag = await post(`/4.0/profiles/${id}/tags`, JSON.stringify({ name }))
    return { id: tag.id, name, every }
  }
  const tags = [await tagOf(seedWords.all, 1), await tagOf(seedWords.hundredth, 100)]
  await load.close()
  const rows = new Map<string, Row[]>()
  for (const shape of await readShapes(client)) {
    const text = `select ${shape.columns.join(', ')} from ${shape.table} where account_id = $1 and ${shape.owner} = $2`
    rows.set(
      shape.table,
      (await client.query<Row>({ text, values: [server.accountId, id], types: asWritten })).rows,
    )
  }
  const template: Template = { rows, associates: await storedAssociates(server, client, rows, id) }
  return { template, tags }
}

/** How the API stores that a person has no associates. */
async function storedAssociates(
  server: BenchServer,
  client: pg.Client,
  rows: ReadonlyMap<string, readonly Row[]>,
  id: string,
): Promise<unknown> {
  const kek = await readKeyEncryptionKeys({ home: server.home, text: undefined, file: undefined })
  const vault = await createVault(localKeyEncryption(kek)).forAccount(plainQuery(client), server.accountId)
  const row = rows.get('collected_data')?.[0]
  const key = await vault.openProfileKey(id, bytesOf(rows.get('profile_key')?.[0]?.wrapped))
  const cell = {
    account: server.accountId,
    table: 'collected_data',
    column: 'document',
    row: `${id}/${row?.version}`,
  }
  const stored = openJson(key, cell, bytesOf(row?.document)) as { associates: unknown }
  return stored.associates
}

function bytesOf(cell: Cell | undefined): Buffer {
  if (Buffer.isBuffer(cell)) return cell
  throw new Error('A sealed value of the template is missing')
}

async function copyTables(
  client: pg.Client,
  shapes: ReadonlyMap<string, TableShape>,
  tables: ReadonlyMap<string, readonly Row[]>,
): Promise<void> {
  for (const [table, rows] of tables) await copyRows(client, shapes.get(table), rows)
}

async function copyRows(
  client: pg.Client,
  shape: TableShape | undefined,
  rows: readonly Row[],
): Promise<void> {
  if (shape === undefined || rows.length === 0) return
  const columns = shape.columns.filter((column) => column in (rows[0] ?? {}))
  const lines = rows.map((row) => `${columns.map((column) => copyText(row[column] ?? null)).join('\t')}\n`)
  const into = client.query(copyFrom(`copy ${shape.table} (${columns.join(', ')}) from stdin`))
  await pipeline(Readable.from([lines.join('')]), into)
}

function copyText(cell: Cell): string {
  if (cell === null) return '\\N'
  if (Buffer.isBuffer(cell)) return `\\\\x${cell.toString('hex')}`
  return cell.replace(
    /[\\\t\n\r]/g,
    (mark) => `\\${mark === '\t' ? 't' : mark === '\n' ? 'n' : mark === '\r' ? 'r' : mark}`,
  )
}

async function count(
  client: pg.Client,
  account: string,
  seeded: number,
  tags: readonly SeedTag[],
): Promise<void> {
  await client.query(
    `update profile_count set profiles = profiles + $2 where ctid =
       (select ctid from profile_count where account_id = $1 and profiles > 0 limit 1)`,
    [account, seeded],
  )
  for (const tag of tags)
    await client.query(
      'update tag_count set profiles = profiles + $3 where account_id = $1 and tag_id = $2',
      [account, tag.id, Math.floor(seeded / tag.every)],
    )
}
