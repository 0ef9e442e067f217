import pg from 'pg'
import { plainQuery } from '../server/src/platform/account-transaction.ts'
import {
  type AccountVault,
  createVault,
  localKeyEncryption,
  openJson,
  readKeyEncryptionKeys,
} from '../server/src/platform/vault/index.ts'
import { Clients } from './clients.ts'
import { type Call, HttpLoad, inParallel, percentile } from './http-load.ts'
import type { BenchOptions } from './options.ts'
import { type Figure, median, type Result } from './result.ts'
import { type BenchServer, startBenchServer } from './server-process.ts'

const poolSize = 12
const concurrencies = [5, 32] as const

type What = 'profile' | 'collected data'

/** The rows that each reply shows besides the profile's own row, its key and its document. */
const furtherTables: Readonly<Record<What, readonly string[]>> = {
  profile: [
    'select * from application where account_id = $1 and profile_id = $2',
    'select * from application_history where account_id = $1 and profile_id = $2',
    'select * from task where account_id = $1 and profile_id = $2',
    'select * from profile_tag p join tag t using (account_id) where account_id = $1 and p.profile_id = $2 and t.id = p.tag_id',
    'select * from document_image where account_id = $1 and profile_id = $2',
    'select * from associate_link where account_id = $1 and profile_id = $2',
  ],
  'collected data': [],
}
const ownRows = `select p.version, k.wrapped, d.document from profile p
  join profile_key k on k.account_id = p.account_id and k.profile_id = p.id
  join collected_data d on d.account_id = p.account_id and d.profile_id = p.id and d.version = p.version
  where p.account_id = $1 and p.id = $2`

/** Reads profiles and their collected data over HTTP, and the same rows by bare prepared selects, unsealed, beside it. */
export async function readProfiles(options: BenchOptions): Promise<Result> {
  const rounds = options.number('rounds', 5)
  const perRound = options.number('per-round', 2_000)
  const server = await startBenchServer({ poolSize, profileDirectory: options.text('profile') })
  const pool = new pg.Pool({ ...server.database, max: poolSize })
  try {
    const ids = await createSome(server, 2_000)
    const bench = new ReadBench(server, pool, await openVault(server, pool), ids)
    const figures: Figure[] = []
    for (const what of ['profile', 'collected data'] as const)
      for (const connections of concurrencies) {
        const done: Round[] = []
        for (let round = -1; round < rounds; round += 1) {
          const times = await bench.round(what, connections, perRound)
          if (round >= 0) done.push(times)
        }
        figures.push(...figuresOf(done, `${what} at ${connections} connections`, perRound))
      }
    const settings = { rounds, per_round: perRound, pool_size: poolSize, profiles: ids.length }
    return { name: 'read-profiles', settings, figures, details: {} }
  } finally {
    await pool.end()
    await server.stop()
  }
}

interface Round {
  readonly apiSeconds: number
  readonly bareSeconds: number
  readonly milliseconds: readonly number[]
}

async function createSome(server: BenchServer, count: number): Promise<string[]> {
  const clients = await Clients.open(1)
  const load = new HttpLoad(server.url, server.apiKey, 5)
  const ids: string[] = []
  const indexes = Array.from({ length: count }, (_, index) => index)
  await inParallel(5, indexes, async (index) => {
    const reply = await load.send({ method: 'POST', path: '/4.0/profiles', body: clients.body(index) })
    ids.push(JSON.parse(reply).id)
  })
  await load.close()
  return ids
}

async function openVault(server: BenchServer, pool: pg.Pool): Promise<AccountVault> {
  const kek = await readKeyEncryptionKeys({ home: server.home, text: undefined, file: undefined })
  return createVault(localKeyEncryption(kek)).forAccount(plainQuery(pool), server.accountId)
}

class ReadBench {
  readonly #server: BenchServer
  readonly #pool: pg.Pool
  readonly #vault: AccountVault
  readonly #ids: readonly string[]

  constructor(server: BenchServer, pool: pg.Pool, vault: AccountVault, ids: readonly string[]) {
    this.#server = server
    this.#pool = pool
    this.#vault = vault
    this.#ids = ids
  }

  /** One round of both sides over the same profiles. */
  async round(what: What, connections: number, count: number): Promise<Round> {
    const wanted = Array.from({ length: count }, (_, at) => this.#ids[(at * 7) % this.#ids.length] ?? '')
    const load = new HttpLoad(this.#server.url, this.#server.apiKey, connections)
    const suffix = what === 'profile' ? '' : '/collected_data'
    const calls = wanted.map((id): Call => ({ method: 'GET', path: `/4.0/profiles/${id}${suffix}` }))
    const { seconds, milliseconds } = await load.run(calls)
    await load.close()
    const started = performance.now()
    await inParallel(connections, wanted, (id) => this.#readBare(what, id))
    return { apiSeconds: seconds, milliseconds, bareSeconds: (performance.now() - started) / 1000 }
  }

  async #readBare(what: What, id: string): Promise<void> {
    const client = await this.#pool.connect()
    const account = this.#server.accountId
    const read = (text: string, name: string) => client.query({ name, text, values: [account, id] })
    try {
      await client.query('begin read only')
      const { rows } = await read(ownRows, 'own')
      for (const [at, text] of furtherTables[what].entries()) await read(text, `further${at}`)
      await client.query('commit')
      const { version, wrapped, document } = rows[0]
      const key = await this.#vault.openProfileKey(id, wrapped)
      openJson(
        key,
        { account, table: 'collected_data', column: 'document', row: `${id}/${version}` },
        document,
      )
    } finally {
      client.release()
    }
  }
}

function figuresOf(rounds: readonly Round[], of: string, count: number): Figure[] {
  const api = count / median(rounds.map((round) => round.apiSeconds))
  const bare = count / median(rounds.map((round) => round.bareSeconds))
  const all = rounds.flatMap((round) => round.milliseconds)
  return [
    { name: `API, ${of}`, value: api, unit: 'reads/s' },
    { name: `bare, ${of}`, value: bare, unit: 'reads/s' },
    { name: `ratio, ${of}`, value: api / bare, unit: '' },
    { name: `API median, ${of}`, value: median(all), unit: 'ms' },
    { name: `API 99th percentile, ${of}`, value: percentile(all, 0.99), unit: 'ms' },
  ]
}
