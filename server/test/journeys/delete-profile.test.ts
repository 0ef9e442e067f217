import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPayload } from '../../src/platform/ledger/index.ts'
import { withScope } from '../../src/platform/scope.ts'
import { makeFullProfile } from '../calls.ts'
import { sentStatements } from '../sent-statements.ts'
import { startTestServer, type TestServer } from '../server.ts'

type Json = Record<string, unknown>
interface Refused {
  errors: { message: string; info: { reason: string; pointer?: string } }[]
}

let server: TestServer
let admin: pg.Client
beforeAll(async () => {
  server = await startTestServer()
  admin = new pg.Client(server.database.adminConfig)
  await admin.connect()
})
afterAll(async () => {
  await admin.end()
  await server.close()
})

const create = async (role: string, data: Json, headers: Record<string, string> = {}) => {
  const body = { role, collected_data: data }
  const answer = await server.ask<{ id: string }>('POST', '/4.0/profiles', { body, headers })
  expect(answer.status, answer.text).toBe(200)
  return answer
}
const person = (family_name: string, more: Json = {}) => ({
  entity_type: 'INDIVIDUAL',
  personal_details: { name: { given_names: ['Mira', 'Jane'], family_name } },
  ...more,
})
const erase = (id: string, more: Json = {}) =>
  server.ask<Refused>('POST', `/4.0/profiles/${id}/delete`, { body: { confirm_id: id, ...more } })

/** Rows that hold an id in any column of type uuid, as the superuser sees them, by table. */
async function rowsWith(id: string): Promise<Record<string, number>> {
  const { rows } = await admin.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
     where table_schema = 'public' and data_type = 'uuid' order by 1, 2`,
  )
  const found: Record<string, number> = {}
  for (const { table, column } of rows) {
    const name = `${pg.escapeIdentifier(table)} where ${pg.escapeIdentifier(column)} = $1`
    const counted = await admin.query<{ count: string }>(`select count(*) from ${name}`, [id])
    const count = Number(counted.rows[0]?.count)
    if (count > 0) found[`${table}.${column}`] = count
  }
  return found
}

describe('a deleted profile', () => {
  test('leaves nothing in any table but sealed facts, empty keys and the note of its erasure', async () => {
    const full = await makeFullProfile(server, server.demo.key)
    const { id } = full
    await server.ask('POST', `/4.0/profiles/${id}/tags`, {
      body: { name: 'gone' },
      headers: { 'idempotency-key': 'tag-1' },
    })
    const owner = (
      await create('COMPANY_CUSTOMER', {
        entity_type: 'COMPANY',
        officers: { directors: [{ entity_type: 'INDIVIDUAL', linked_profile: { id } }] },
      })
    ).body.id
    const before = await rowsWith(id)
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining([
        'application.profile_id',
        'associate_link.profile_id',
        'collected_data.profile_id',
        'document_image.profile_id',
        'file.profile_id',
        'profile.id',
        'profile_key.profile_id',
        'profile_tag.profile_id',
        'profile_term.profile_id',
        'task.profile_id',
        'task_note.profile_id',
      ]),
    )
    expect((await erase(id)).status).toBe(200)
    const { 'fact.profile_id': facts, 'idempotency.profile_id': replies, ...rest } = await rowsWith(id)
    expect(rest).toEqual({ 'erasure.profile_id': 1 })
    expect(facts).toBeGreaterThan(1)
    expect(replies).toBe(1)
    const kept = await admin.query('select from idempotency where profile_id = $1 and body is not null', [id])
    expect(kept.rowCount).toBe(0)
    const company = await server.ask('GET', `/4.0/profiles/${owner}/collected_data`)
    expect(company.text).toContain(`"linked_profile":{"id":"${id}"}`)
  })

  test('is answered as one that never was, at every address, also to a second deletion', async () => {
    const { body } = await create('INDIVIDUAL_CUSTOMER', person('Oduya'))
    expect((await erase(body.id)).text).toBe('{}')
    const again = await erase(body.id)
    expect([again.status, again.body.errors[0]?.info.reason]).toEqual([404, 'profile.unknown'])
    for (const tail of ['', '/collected_data', '/status', '/tasks', '/applications', '/audit-items'])
      expect((await server.ask('GET', `/4.0/profiles/${body.id}${tail}`)).status, tail).toBe(404)
    const found = await server.ask<{ count: number }>('GET', '/4.0/profiles?q=oduya')
    expect(found.body).toMatchObject({ count: 0, results: [] })
  })

  test('needs its own id as confirmation; without it nothing happens', async () => {
    const { body } = await create('INDIVIDUAL_CUSTOMER', person('Oduya'))
    const answer = await server.ask<Refused>('POST', `/4.0/profiles/${body.id}/delete`, {
      body: { confirm_id: '00000000-0000-4000-8000-000000000009' },
    })
    expect(answer.status).toBe(400)
    expect(answer.body.errors[0]?.info).toEqual({
      reason: 'profile.confirm-id-mismatch',
      pointer: '/confirm_id',
    })
    expect((await server.ask('GET', `/4.0/profiles/${body.id}`)).body).toEqual(body)
  })

  test('lives on in the ledger as initials and the reason given, under the key of the account', async () => {
    const { body } = await create('INDIVIDUAL_CUSTOMER', person('Okonkwo'))
    await erase(body.id, { message: 'Asked for by letter' })
    const { rows } = await admin.query<{ id: string; payload: Buffer }>(
      `select id, payload from fact where profile_id = $1 and kind = 'profile.deleted'`,
      [body.id],
    )
    const opening = { accountId: server.demo.accountId, actor: { kind: 'system' as const, id: null } }
    const said = await withScope(server.engine, opening, async (scope) =>
      rows.map((row) => openPayload(scope.vault.dataKey, scope.accountId, row.id, row.payload)),
    )
    expect(said).toEqual([{ initials: 'MJO', message: 'Asked for by letter' }])
  })

  test('takes along the kept replies that show it: its own and those of its companies', async () => {
    const made = { 'idempotency-key': 'made-once' }
    const first = await create('INDIVIDUAL_CUSTOMER', person('Replayed'), made)
    const owner = (await create('COMPANY_CUSTOMER', { entity_type: 'COMPANY' })).body.id
    const linking = () =>
      server.ask<Refused>('POST', `/4.0/profiles/${owner}/collected_data`, {
        body: {
          entity_type: 'COMPANY',
          officers: { directors: [{ entity_type: 'INDIVIDUAL', linked_profile: { id: first.body.id } }] },
        },
        headers: { 'idempotency-key': 'linked-once' },
      })
    expect((await linking()).text).toContain('Replayed')
    const replay = await create('INDIVIDUAL_CUSTOMER', person('Replayed'), made)
    expect([replay.text, replay.headers.get('idempotency-replayed')]).toEqual([first.text, 'true'])
    await erase(first.body.id)
    const again = await server.ask<Refused>('POST', '/4.0/profiles', {
      body: { role: 'INDIVIDUAL_CUSTOMER', collected_data: person('Replayed') },
      headers: made,
    })
    for (const answer of [again, await linking()]) {
      expect(answer.status, answer.text).toBe(409)
      expect(answer.body.errors[0]?.info).toEqual({ reason: 'idempotency-key.erased' })
      expect(answer.text).not.toContain('Replayed')
    }
  })

  test('takes along also the kept replies of a company it is no associate of any more', async () => {
    const director = (await create('INDIVIDUAL_ASSOCIATED', person('Unlinked'))).body.id
    const data = {
      entity_type: 'COMPANY',
      officers: { directors: [{ entity_type: 'INDIVIDUAL', linked_profile: { id: director } }] },
    }
    const owner = await create('COMPANY_CUSTOMER', data, { 'idempotency-key': 'shows-director' })
    expect(owner.text).toContain('Unlinked')
    await server.ask('POST', `/4.0/profiles/${owner.body.id}/collected_data`, {
      body: { entity_type: 'COMPANY' },
    })
    await erase(director)
    const { rows } = await admin.query('select from idempotency where profile_id = $1 and body is not null', [
      owner.body.id,
    ])
    expect(rows).toEqual([])
  })

  test('while others write and read it is whole or gone, and leaves no half', async () => {
    for (let round = 0; round < 5; round += 1) {
      const made = await create('INDIVIDUAL_CUSTOMER', person('Racing', { customer_ref: `race-${round}` }))
      const at = `/4.0/profiles/${made.body.id}`
      const reads = Array.from({ length: 6 }, () => server.ask<Json>('GET', `${at}/collected_data`))
      const writes = [
        server.ask('POST', `${at}/collected_data`, { body: person('Racing', { x_write: 1 }) }),
        server.ask('POST', `${at}/tags`, { body: { name: 'racing' } }),
        erase(made.body.id),
        server.ask('POST', `${at}/collected_data`, { body: person('Racing', { x_write: 2 }) }),
        server.ask('POST', `${at}/status`, { body: '"SUSPENDED"' }),
        server.ask('POST', '/4.0/profiles', {
          body: {
            role: 'COMPANY_CUSTOMER',
            collected_data: {
              entity_type: 'COMPANY',
              officers: { directors: [{ entity_type: 'INDIVIDUAL', linked_profile: { id: made.body.id } }] },
            },
          },
        }),
      ]
      for (const answer of await Promise.all(writes))
        expect([200, 400, 404], answer.text).toContain(answer.status)
      for (const answer of await Promise.all(reads))
        if (answer.status === 200) expect(answer.body).toHaveProperty('personal_details')
        else expect(answer.status).toBe(404)
      const { 'fact.profile_id': _facts, ...rest } = await rowsWith(made.body.id)
      expect(rest).toEqual({ 'erasure.profile_id': 1 })
    }
  })

  test('in the middle of being read is shown whole, as it was when the reading began', async () => {
    const { body } = await create('INDIVIDUAL_CUSTOMER', person('Midway'))
    const original = pg.Client.prototype.query
    let deletions = 0
    const deletingFirst = async function (this: pg.Client, ...args: unknown[]): Promise<unknown> {
      if (deletions === 0 && sentStatements(args).some(({ text }) => text.includes('collected_data'))) {
        deletions += 1
        Object.assign(pg.Client.prototype, { query: original })
        expect((await erase(body.id)).status).toBe(200)
      }
      return Reflect.apply(original, this, args)
    }
    Object.assign(pg.Client.prototype, { query: deletingFirst })
    try {
      const read = await server.ask('GET', `/4.0/profiles/${body.id}`)
      expect(deletions).toBe(1)
      expect([read.status, read.body]).toEqual([200, body])
    } finally {
      Object.assign(pg.Client.prototype, { query: original })
    }
    expect((await server.ask('GET', `/4.0/profiles/${body.id}`)).status).toBe(404)
  })
})
