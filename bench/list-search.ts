import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { individualNumber } from '@drawbridge/legacy-bank/bank.ts'
import pg from 'pg'
import { HttpLoad } from './http-load.ts'
import type { BenchOptions } from './options.ts'
import { type Figure, median, type Result } from './result.ts'
import { type SeededServer, seededServer, seedWords } from './seed.ts'

const small = 10_000
const poolSize = 12
/** Rounds before the first that counts have these numbers. */
const warmUp = -3

interface Query {
  readonly name: string
  readonly path: string
  /** Profiles that must be found, to 10,000. */
  readonly finds: number
}

/**
 * Lists and searches a small and a large book over HTTP, in turns, so that both meet the same weather: the first page,
 * a page deep in the list by cursor, and searches that find one profile, each hundredth, and all.
 */
export async function listSearch(options: BenchOptions): Promise<Result> {
  const profiles = options.number('profiles', 1_000_000)
  const rounds = options.number('rounds', 40)
  const cache = options.text('cache') ?? join(import.meta.dirname, '..', '.cache', 'bench')
  const books: SeededServer[] = []
  try {
    for (const size of [small, profiles]) books.push(await seededServer(cache, size, poolSize))
    const times = await measure(books, rounds)
    const disk = await diskUse(books[1])
    return {
      name: 'list-search',
      settings: { profiles, rounds, cores: availableParallelism() },
      figures: [...figuresOf(times, profiles), ...seedingFigures(books[1])],
      details: { median_ms: times, disk },
    }
  } finally {
    for (const { server } of books) await server.stop()
  }
}

/** The median milliseconds of each query in each book, by its size. */
async function measure(books: readonly SeededServer[], rounds: number) {
  const loads = books.map(({ server }) => new HttpLoad(server.url, server.apiKey, 1))
  const queries = await Promise.all(books.map((book) => queriesOf(book)))
  const times: Record<string, [number[], number[]]> = {}
  for (let round = warmUp; round < rounds; round += 1)
    for (const [at, load] of loads.entries())
      for (const { name, path, finds } of queries[at] ?? []) {
        if (round === warmUp) assertFound(name, finds, await load.send({ method: 'GET', path }))
        const { milliseconds } = await load.run([{ method: 'GET', path }])
        times[name] ??= [[], []]
        if (round >= 0) times[name][at === 0 ? 0 : 1].push(milliseconds[0] ?? 0)
      }
  for (const load of loads) await load.close()
  return Object.fromEntries(
    Object.entries(times).map(([name, [less, more]]) => [name, { small: median(less), large: median(more) }]),
  )
}

async function queriesOf({ server, profiles }: SeededServer): Promise<Query[]> {
  const client = new pg.Client(server.database)
  await client.connect()
  const { rows } = await client.query<{ id: string }>(
    'select id from profile where account_id = $1 order by id limit 1 offset $2',
    [server.accountId, Math.floor(profiles / 20)],
  )
  await client.end()
  const page = '/4.0/profiles?limit=50'
  return [
    { name: 'first page', path: page, finds: profiles },
    { name: 'page deep in the list, by cursor', path: `${page}&after=${rows[0]?.id}`, finds: profiles },
    {
      name: 'search that finds one',
      path: `${page}&q=${individualNumber(Math.floor(profiles / 2))}`,
      finds: 1,
    },
    {
      name: 'search that finds 1 %',
      path: `${page}&q=${seedWords.hundredth}`,
      finds: Math.ceil(profiles / 100),
    },
    { name: 'search that finds all', path: `${page}&q=${seedWords.all}`, finds: profiles },
  ]
}

/** Beyond 10,000 a count may be an estimate that is not too small. */
function assertFound(name: string, finds: number, reply: string): void {
  const { count, results } = JSON.parse(reply)
  const isRight = finds > 10_000 ? count >= 10_000 : count === finds
  if (!isRight || results.length !== Math.min(finds, 50))
    throw new Error(`${name} found ${count} profiles and showed ${results.length}; there are ${finds}`)
}

function figuresOf(times: Record<string, { small: number; large: number }>, profiles: number): Figure[] {
  return Object.entries(times).flatMap(([name, time]) => [
    { name: `${name}, ${small.toLocaleString('en')} profiles`, value: time.small, unit: 'ms' },
    { name: `${name}, ${profiles.toLocaleString('en')} profiles`, value: time.large, unit: 'ms' },
    { name: `${name}, ratio`, value: time.large / time.small, unit: '', wanted: { most: 1.5 } },
  ])
}

function seedingFigures(book: SeededServer | undefined): Figure[] {
  if (book === undefined) return []
  return [
    { name: 'seeding by COPY', value: book.seededASecond, unit: 'profiles/s', wanted: { least: 2_000 } },
  ]
}

/** Megabytes on disk of each table and index of the large book. */
async function diskUse(book: SeededServer | undefined): Promise<Record<string, number>> {
  if (book === undefined) return {}
  const client = new pg.Client(book.server.database)
  await client.connect()
  const { rows } = await client.query<{ name: string; mb: number }>(
    `select relname as name, round(pg_relation_size(oid) / 1048576.0, 1)::float8 as mb from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'i') and pg_relation_size(oid) > 1048576
     order by pg_relation_size(oid) desc`,
  )
  const total = await client.query<{ mb: number }>(
    'select round(pg_database_size(current_database()) / 1048576.0)::float8 as mb',
  )
  await client.end()
  return { total: total.rows[0]?.mb ?? 0, ...Object.fromEntries(rows.map(({ name, mb }) => [name, mb])) }
}
