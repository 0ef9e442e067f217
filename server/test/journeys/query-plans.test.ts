import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { withScope } from '../../src/platform/scope.ts'
import { sentStatements } from '../sent-statements.ts'
import { startTestServer, type TestServer } from '../server.ts'

type Json = Record<string, unknown>

/** One step of a plan, as PostgreSQL prints it. */
interface Step {
  'Node Type': string
  'Relation Name'?: string
  'Actual Rows'?: number
  'Actual Loops'?: number
  'Rows Removed by Filter'?: number
  'Shared Hit Blocks'?: number
  'Shared Read Blocks'?: number
  Plans?: Step[]
}

interface Statement {
  readonly text: string
  readonly values: unknown[]
}

const seeded = 20_000
/** More than a page and the 10,000 of a count can need, less than the whole book. */
const touchedMax = 12_000
/** Pages of 8 kB that one statement may look at: the index of the words alone has nearly twice as many. */
const pagesMax = 500

let server: TestServer
let admin: pg.Client
let app: pg.Client
let person: string
let company: string
let oldestSeed: string

const minutes = (count: number) => count * 60_000

async function create(body: Json): Promise<string> {
  const answer = await server.ask<{ id: string }>('POST', '/4.0/profiles', { body })
  expect(answer.status, answer.text).toBe(200)
  return answer.body.id
}

async function makePeople(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < count; index += 1)
    ids.push(
      await create({
        role: 'INDIVIDUAL_CUSTOMER',
        collected_data: {
          entity_type: 'INDIVIDUAL',
          customer_ref: `plan-${ids.length}-${server.clockOffsetMs}`,
          personal_details: {
            name: { given_names: ['Common'], family_name: index === 0 ? 'Rarely' : 'Oduyas' },
          },
        },
      }),
    )
  return ids
}

/** Fills each table; `$3` are words that all profiles have. */
const seedRows = [
  `insert into profile select $1, id, 'INDIVIDUAL', 'INDIVIDUAL_CUSTOMER',
     case when n % 5000 = 0 then 'CUSTOMER' else 'APPLICANT' end, 'NORMAL', null, n, now(), now() from seed`,
  `insert into profile_key select $1, id, '\\x00' from seed`,
  `insert into collected_data select $1, id, n, '\\x00', now() from seed`,
  `insert into profile_term select $1, term, id from seed, unnest($3::bigint[]) as term`,
  `insert into profile_term select $1, n * 100 + other, id from seed, generate_series(1, 3) as other`,
  `insert into customer_reference select $1, decode(lpad(to_hex(n), 32, '0'), 'hex'), id from seed`,
  `insert into associate_link select $1, id, id, id, '{DIRECTOR}', n % 1000 = 0 from seed`,
  `insert into application (account_id, profile_id, id, product_id, status, flag, required_variants, created_at)
     select $1, id, id, id, 'APPLIED', 'AUTOMATING', '{}', now() from seed`,
  `insert into task (account_id, profile_id, id, variant_id, type, state, created_at)
     select $1, id, id, id, 'INDIVIDUAL_VERIFY_IDENTITY', 'INCOMPLETE', now() from seed`,
  `insert into application_history (account_id, profile_id, application_id, id, kind, status, flag, at, actor_kind)
     select $1, id, id, id, 'STATUS', 'APPLIED', 'AUTOMATING', now(), 'system' from seed`,
  `insert into task_note (account_id, profile_id, task_id, id, content, author_kind, created_at)
     select $1, id, id, id, '\\x00', 'system', now() from seed`,
  `insert into file select $1, id, id, id, 'image/png', 1, '\\x00', now() from seed`,
  `insert into document_image select $1, id, id, id, 'FRONT', null, null, now() from seed`,
  `insert into profile_tag select $1, id, id, now() from seed`,
  `insert into profile_check (account_id, profile_id, id, type, state, decision, task_ids, is_automatic,
       instructed_externally, instructed_at, completed_at, input, providers)
     select $1, id, id, 'IDENTITY_CHECK', 'COMPLETE', 'PASS', '{}', true, false, now(), now(), '\\x00', '\\x00'
     from seed`,
  `insert into check_run (account_id, profile_id, check_id, id, place, provider, state, step, work_class, next_at,
       deadline_at, epoch, attempts, polls)
     select $1, id, id, id, 0, 'demo', 'ENDED', 'START', 0, now(), now(), 0, 0, 0 from seed`,
  `insert into profile_event (account_id, profile_id, id, type, resolution, data, created_at, changed_at)
     select $1, id, id, 'PEP_FLAG', 'MATCH', '\\x00', now(), now() from seed`,
  `insert into collection_step select $1, id, '[]', now() from seed`,
  `insert into monitored (account_id, profile_id, id, provider, check_type, state, relation, is_begun, started_at,
       next_at, interval_seconds, epoch, failures)
     select $1, id, id, 'demo', 'PEPS_AND_SANCTIONS_SCREEN', 'ACTIVE', '\\x00', true, now(),
       now() + interval '1 day', 86400, 0, 0 from seed`,
  `insert into rescreen_check select $1, id, id, id from seed`,
  `insert into policy_version (account_id, version, document, actor_kind)
     select id, 1, '{}', 'system' from seed where $1::uuid is not null`,
  `insert into check_switch (account_id, variant_id, is_on, reason, switched_at, actor_kind)
     select id, id, true, 'over', now(), 'system' from seed where $1::uuid is not null`,
  `insert into case_due select $1, id, now() + n * interval '1 minute' from seed`,
  `insert into idempotency (account_id, key, fingerprint, status, headers, body, profile_id, created_at, expires_at)
     select $1, 'seed-' || n, '\\x00', 200, '{}', '\\x00', id, now(), now() + interval '30 days' from seed`,
]

/** Rows between the oldest and the newest real profiles; nothing may ever open them. */
async function seed(): Promise<void> {
  const opening = { accountId: server.demo.accountId, actor: { kind: 'system' as const, id: null } }
  const terms = await withScope(server.engine, opening, async (scope) =>
    ['common', 'oduyas', 'oduy'].map((text) => String(scope.vault.token('text', text))),
  )
  const values = [server.demo.accountId, Date.now() + minutes(30), terms]
  const ids = `with seed as (
    select n, (lpad(to_hex($2::bigint + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid as id
    from generate_series(1, ${seeded}) as n) `
  await admin.query("set session_replication_role = 'replica'")
  for (const row of seedRows) {
    const used = row.includes('$3') ? values : values.slice(0, 2)
    await admin.query(ids + row, used)
  }
  await admin.query('vacuum analyze')
  const oldest = await admin.query<{ id: string }>('select id from profile where version = 1')
  oldestSeed = oldest.rows[0]?.id ?? ''
}

beforeAll(async () => {
  server = await startTestServer()
  admin = new pg.Client(server.database.adminConfig)
  await admin.connect()
  app = new pg.Client(server.database.appConfig)
  await app.connect()
  await makePeople(30)
  await seed()
  server.clockOffsetMs = minutes(60)
  ;[person = ''] = await makePeople(30)
  company = await create({
    role: 'COMPANY_CUSTOMER',
    collected_data: {
      entity_type: 'COMPANY',
      officers: { directors: [{ entity_type: 'INDIVIDUAL', linked_profile: { id: person } }] },
    },
  })
})
afterAll(async () => {
  await admin.end()
  await app.end()
  await server.close()
})

/** The statements a request runs, as they reach the driver. */
async function statementsOf(request: () => Promise<{ status: number; text: string }>): Promise<Statement[]> {
  const seen = new Map<string, Statement>()
  const original = pg.Client.prototype.query
  const listening = function (this: pg.Client, ...args: unknown[]) {
    for (const { text, values } of sentStatements(args)) seen.set(text, { text, values: [...values] })
    return Reflect.apply(original, this, args)
  }
  Object.assign(pg.Client.prototype, { query: listening })
  try {
    const answer = await request()
    expect(answer.status, answer.text).toBe(200)
  } finally {
    Object.assign(pg.Client.prototype, { query: original })
  }
  return [...seen.values()].filter(({ text }) => /^\s*(select|with|insert|update|delete)/i.test(text))
}

/** The plan of a statement as the application runs it, under row-level security; undone afterwards. */
async function planOf({ text, values }: Statement, how: 'generic' | 'run'): Promise<Step> {
  await app.query('begin')
  try {
    await app.query(`select set_config('app.account_id', $1, true)`, [server.demo.accountId])
    const explain = `explain (${how === 'generic' ? 'generic_plan' : 'analyze, buffers'}, format json) ${text}`
    const { rows } = await app.query<{ 'QUERY PLAN': { Plan: Step }[] }>(
      explain,
      how === 'generic' ? [] : values,
    )
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan
    if (!plan) throw new Error('No plan')
    return plan
  } finally {
    await app.query('rollback')
  }
}

function* stepsOf(step: Step): Generator<Step> {
  yield step
  for (const below of step.Plans ?? []) yield* stepsOf(below)
}

/** Tables that stay small however large the book is. */
const small = new Set([
  'account',
  'institution',
  'account_key',
  'api_key',
  'profile_count',
  'tag',
  'tag_count',
  'policy',
])

function faultsIn(steps: readonly Step[]): string[] {
  return steps.flatMap((step) => {
    const table = step['Relation Name']
    const rows =
      ((step['Actual Rows'] ?? 0) + (step['Rows Removed by Filter'] ?? 0)) * (step['Actual Loops'] ?? 1)
    if (step['Node Type'] === 'Seq Scan' && table !== undefined && !small.has(table))
      return [`reads all of ${table}`]
    return rows > touchedMax ? [`${step['Node Type']} ${table ?? ''} touches ${rows} rows`] : []
  })
}

/** Statements of functions are left out: what they look at, they look at once for each connection. */
function isRead({ text }: Statement): boolean {
  return /^\s*(select|with recursive)/i.test(text) && !/find_api_key|add_job|take_/.test(text)
}

const ask = (method: string, path: string, body?: unknown) => () =>
  server.ask(method, path, body === undefined ? {} : { body, headers: { 'idempotency-key': `plan-${path}` } })

const requests: [string, () => () => Promise<{ status: number; text: string }>][] = [
  ['the first page', () => ask('GET', '/4.0/profiles?limit=20')],
  ['a page deep in the list, by cursor', () => ask('GET', `/4.0/profiles?limit=20&after=${oldestSeed}`)],
  ['a page of categories', () => ask('GET', '/4.0/profiles?limit=20&categories=APPLICANT,PREVIOUS_CUSTOMER')],
  [
    'a page of categories, deep',
    () => ask('GET', `/4.0/profiles?limit=20&categories=APPLICANT&after=${oldestSeed}`),
  ],
  ['a search that everything matches', () => ask('GET', '/4.0/profiles?limit=20&q=common')],
  [
    'a search that everything matches, deep',
    () => ask('GET', `/4.0/profiles?limit=20&q=common&after=${oldestSeed}`),
  ],
  ['a search for a rare word beside a common one', () => ask('GET', '/4.0/profiles?q=common+rarely')],
  ['a search for two common words', () => ask('GET', '/4.0/profiles?limit=20&q=common+oduyas')],
  [
    'a search with words to be confirmed',
    () => ask('GET', '/4.0/profiles?limit=20&q=oduya+rare&categories=CUSTOMER'),
  ],
  [
    'a search for a common word in a rare category',
    () => ask('GET', '/4.0/profiles?limit=20&q=common&categories=PREVIOUS_CUSTOMER'),
  ],
  ['a profile', () => ask('GET', `/4.0/profiles/${person}`)],
  ['a company with its associates', () => ask('GET', `/4.0/profiles/${company}`)],
  [
    'a change of a company',
    () =>
      ask('POST', `/4.0/profiles/${company}/collected_data`, {
        entity_type: 'COMPANY',
        customer_ref: 'plan-company',
      }),
  ],
  ['a deletion', () => ask('POST', `/4.0/profiles/${person}/delete`, { confirm_id: person })],
]

test.each(requests)(
  '%s is found through indexes, and touches no more than it needs',
  async (_name, request) => {
    const statements = await statementsOf(request())
    expect(statements.length).toBeGreaterThan(2)
    for (const statement of statements) {
      const generic = faultsIn([...stepsOf(await planOf(statement, 'generic'))])
      const run = isRead(statement) ? await planOf(statement, 'run') : undefined
      expect([...generic, ...(run ? faultsIn([...stepsOf(run)]) : [])], statement.text).toEqual([])
      const pages = (run?.['Shared Hit Blocks'] ?? 0) + (run?.['Shared Read Blocks'] ?? 0)
      expect(pages, statement.text).toBeLessThan(pagesMax)
    }
  },
)
