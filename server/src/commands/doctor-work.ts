import { join } from 'node:path'
import type pg from 'pg'
import { plainQuery } from '../platform/account-transaction.ts'
import { readCheckpoints } from '../platform/ledger/index.ts'
import { withClient } from '../platform/postgres/index.ts'
import { createVault, localKeyEncryption } from '../platform/vault/index.ts'
import { selectAccounts } from '../rooms/accounts/index.ts'
import type { Settings } from '../settings.ts'
import { attempt, type Check, ok, warning } from './doctor-check.ts'
import { requireKeys } from './installation.ts'

const minute = 60_000

/** Looks at what workers do: the chain of the ledger, its checkpoints, the jobs; and whether the keys fit. */
export async function checkWork(
  settings: Settings,
  client: pg.Client,
  owner: pg.ClientConfig,
): Promise<readonly Check[]> {
  const accounts = (await selectAccounts(plainQuery(client))).map((account) => account.accountId)
  return [
    ...(await attempt('keys', 'Put back the key-encryption key that wraps them.', () =>
      checkKeys(settings, client, accounts),
    )),
    ...(await attempt('ledger', 'Run drawbridge audit verify.', () => checkLedger(client, accounts))),
    ...(await attempt('checkpoints', 'Give this user the right to read HOME/checkpoints.', () =>
      checkCheckpoints(settings.home, client, accounts),
    )),
    ...(await attempt('jobs', 'Start a node whose role is worker or all.', () => checkJobs(owner))),
  ]
}

async function asAccount<R>(client: pg.Client, account: string, work: () => Promise<R>): Promise<R> {
  await client.query('begin read only')
  try {
    await client.query("select set_config('app.account_id', $1, true)", [account])
    return await work()
  } finally {
    await client.query('rollback')
  }
}

async function checkKeys(settings: Settings, client: pg.Client, accounts: readonly string[]): Promise<Check> {
  const vault = createVault(localKeyEncryption(await requireKeys(settings)))
  for (const account of accounts)
    await asAccount(client, account, () => vault.forAccount(plainQuery(client), account))
  return ok('keys', `the keys of ${accounts.length} environments open`)
}

async function checkLedger(client: pg.Client, accounts: readonly string[]): Promise<Check> {
  let waiting = 0
  let oldest = 0
  for (const account of accounts) {
    const { rows } = await asAccount(client, account, () =>
      client.query<{ facts: string; ms: number | null }>(
        `select count(*) as facts, (extract(epoch from clock_timestamp() - min(at)) * 1000)::float8 as ms
         from fact where account_id = $1 and position is null`,
        [account],
      ),
    )
    waiting += Number(rows[0]?.facts ?? 0)
    oldest = Math.max(oldest, rows[0]?.ms ?? 0)
  }
  return judgeTail(waiting, oldest)
}

/** Facts that have no place in the chain yet, and how many milliseconds the oldest of them waits. */
export function judgeTail(facts: number, oldestMs: number): Check {
  const words = `${facts.toLocaleString('en')} facts wait for their place in the chain`
  if (facts === 0 || oldestMs < minute) return ok('ledger', words)
  return warning(
    'ledger',
    `${words}, the oldest for ${Math.round(oldestMs / minute)} minutes`,
    'Start a node whose role is worker or all.',
  )
}

async function checkCheckpoints(
  home: string,
  client: pg.Client,
  accounts: readonly string[],
): Promise<Check> {
  let oldest = 0
  for (const account of accounts) {
    const { rows } = await asAccount(client, account, () =>
      client.query<{ ms: number | null }>(
        `select (extract(epoch from clock_timestamp() - min(at)) * 1000)::float8 as ms from fact
         where account_id = $1
           and position > coalesce((select max(position) from checkpoint where account_id = $1), 0)`,
        [account],
      ),
    )
    oldest = Math.max(oldest, rows[0]?.ms ?? 0)
  }
  const times = (await readCheckpoints(join(home, 'checkpoints'))).map(({ at }) => Date.parse(at))
  const newest = times.reduce<number | null>((latest, at) => Math.max(latest ?? at, at), null)
  return judgeCheckpoints(oldest, newest === null ? null : Date.now() - newest)
}

/** How long the oldest fact waits that no checkpoint covers, and how old the newest checkpoint of the home is. */
export function judgeCheckpoints(waitMs: number, ageMs: number | null): Check {
  const age =
    ageMs === null ? 'none so far' : `the newest is ${Math.max(0, Math.round(ageMs / minute))} minutes old`
  if (waitMs < 5 * minute) return ok('checkpoints', age)
  return warning(
    'checkpoints',
    `${age}, and facts have waited for one for ${Math.round(waitMs / minute)} minutes`,
    'Start a node whose role is worker or all; it signs one a minute.',
  )
}

async function checkJobs(owner: pg.ClientConfig): Promise<Check> {
  const { rows } = await withClient(owner, (client) =>
    client.query<{ waiting: string; late: string; dead: string }>(
      `select count(*) filter (where attempts < max_attempts) as waiting,
              count(*) filter (where attempts < max_attempts and locked_at is null
                               and run_at < now() - interval '10 minutes') as late,
              count(*) filter (where attempts >= max_attempts) as dead
       from graphile_worker.jobs`,
    ),
  )
  const [waiting, late, dead] = [rows[0]?.waiting, rows[0]?.late, rows[0]?.dead].map(Number)
  return judgeJobs({ waiting: waiting ?? 0, late: late ?? 0, dead: dead ?? 0 })
}

/** Jobs that wait, that should have begun ten minutes ago, and that were given up. */
export function judgeJobs(jobs: { waiting: number; late: number; dead: number }): Check {
  const words = `${jobs.waiting} wait, ${jobs.late} of them too long, ${jobs.dead} were given up`
  if (jobs.dead > 0)
    return warning('jobs', words, 'Look for job.failed in the log, mend the cause, and restart a worker.')
  if (jobs.late > 0) return warning('jobs', words, 'Start a node whose role is worker or all, or add one.')
  return ok('jobs', words)
}
