import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { asAccount } from '../../platform/account-transaction.ts'
import { openPayload, sequence, verifyLedger } from '../../platform/ledger/index.ts'
import { finishRotation, keyIdOf, rotateAccountKey } from '../../platform/vault/index.ts'
import { wrappedKeys } from './index.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const nameOf = (at: number) => `NORTH QUAY TRADING ${at} LTD`

async function createCompany(at: number): Promise<string> {
  const collected_data = { entity_type: 'COMPANY', metadata: { name: nameOf(at) } }
  const body = { role: 'COMPANY_CUSTOMER', collected_data }
  return (await server.ask<{ id: string }>('POST', '/4.0/profiles', { body })).body.id
}

async function wrappingKeys(): Promise<Set<string | undefined>> {
  const { accountId } = server.demo
  const rows = await asAccount(server.engine.pool, accountId, (query) =>
    query.query<{ wrapped: Buffer }>('select wrapped from profile_key where account_id = $1', [accountId]),
  )
  return new Set(rows.rows.map((row) => keyIdOf(row.wrapped)))
}

test('profiles read the same while the key of their environment is changed, and after', async () => {
  const { pool, vault } = server.engine
  const { accountId } = server.demo
  const ids = [await createCompany(1), await createCompany(2), await createCompany(3)]
  const read = () => Promise.all(ids.map(async (id) => (await server.ask('GET', `/4.0/profiles/${id}`)).text))
  const before = await read()
  const [oldKey] = await wrappingKeys()
  await rotateAccountKey(pool, vault, accountId)
  expect(await read()).toEqual(before)
  ids.push(await createCompany(4))
  expect((await wrappingKeys()).size).toBe(2)
  const wrapped = await finishRotation(pool, vault, accountId, wrappedKeys, new AbortController().signal)
  expect(wrapped).toBe(3)
  const [newKey, ...more] = await wrappingKeys()
  expect(more).toEqual([])
  expect(newKey).not.toBe(oldKey)
  expect((await read()).slice(0, 3)).toEqual(before)
  const found = await server.ask<{ count: number }>('GET', '/4.0/profiles?q=quay')
  expect(found.body.count).toBe(4)
})

test('once a profile is deleted no key that is left opens what the ledger says of it, and the chain still holds', async () => {
  const { pool, vault } = server.engine
  const { accountId } = server.demo
  const id = await createCompany(5)
  const opened = () =>
    asAccount(pool, accountId, async (query) => {
      const keys = await vault.forAccount(query, accountId)
      const left = await query.query<{ profile_id: string; wrapped: Buffer }>(
        'select profile_id, wrapped from profile_key where account_id = $1',
        [accountId],
      )
      const facts = await query.query<{ id: string; payload: Buffer }>(
        'select id, payload from fact where account_id = $1 and profile_id = $2',
        [accountId, id],
      )
      const profileKeys = await Promise.all(
        left.rows.map((row) => keys.openProfileKey(row.profile_id, row.wrapped)),
      )
      const open = ({ id: factId, payload }: { id: string; payload: Buffer }) =>
        [keys.dataKey, ...profileKeys].some((key) => {
          try {
            return openPayload(key, accountId, factId, payload) !== undefined
          } catch {
            return false
          }
        })
      return { facts: facts.rows.length, open: facts.rows.filter(open).length }
    })
  const before = await opened()
  expect(before.facts).toBeGreaterThan(0)
  expect(before.open).toBe(before.facts)
  const deleted = await server.ask('POST', `/4.0/profiles/${id}/delete`, { body: { confirm_id: id } })
  expect(deleted.status).toBe(200)
  const after = await opened()
  expect(after.facts).toBeGreaterThanOrEqual(before.facts)
  // What is said of the deletion itself may be sealed by the account; nothing said before it opens.
  expect(after.open).toBeLessThanOrEqual(after.facts - before.facts)
  while ((await sequence(pool)) > 0);
  const reports = await verifyLedger(pool, { checkpoints: [], trusted: new Map() })
  expect(reports.find((report) => report.account === accountId)?.problem).toBeNull()
})
