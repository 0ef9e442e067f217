import { setTimeout as sleep } from 'node:timers/promises'
import type { ProviderResource } from '@drawbridge/schema/provider.ts'
import type { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { createPool } from '../../platform/db/index.ts'
import { type Engine, thePlatform, type WorkClass } from '../../platform/scope.ts'
import { endPlace, takePlace } from './index.ts'

let server: TestServer
let otherPool: Pool
/** Two nodes on one database. */
let nodes: Engine[]
beforeAll(async () => {
  server = await startTestServer()
  otherPool = createPool({ ...server.database.appConfig, max: 6 }, () => undefined)
  nodes = [server.engine, { ...server.engine, pool: otherPool }]
})
afterAll(async () => {
  await otherPool.end()
  await server.close()
})

const opening = () => ({ accountId: server.demo.accountId, actor: thePlatform })

/** The provider of a test: registered with these limits, and asked by both nodes in turn. */
interface Asked {
  readonly id: string
  take(workClass?: WorkClass): Promise<{ leaseId: string } | { retryAt: Date }>
  end(leaseId: string, outcome?: 'answered' | 'failed' | 'abandoned'): Promise<void>
  breaker(): Promise<ProviderResource['breaker']>
}

let made = 0

async function provider(limits: Partial<ProviderResource['limits']>): Promise<Asked> {
  made += 1
  const body = {
    alias: `source-${made}`,
    name: 'A source',
    url: 'http://127.0.0.1:9/',
    check_type: 'IDENTITY_CHECK',
    limits,
  }
  const { body: registered, text } = await server.ask<ProviderResource>('POST', '/4.0/providers', { body })
  expect(text).toContain(body.alias)
  let turn = 0
  const node = () => nodes[turn++ % 2] ?? server.engine
  const { id } = registered
  return {
    id,
    take: (workClass = 0) => takePlace(node(), opening(), { id, timeoutSeconds: 60 }, workClass),
    end: (leaseId, outcome = 'answered') => endPlace(node(), opening(), leaseId, outcome),
    breaker: async () => (await server.ask<ProviderResource>('GET', `/4.0/providers/${id}`)).body.breaker,
  }
}

async function taken(asked: Asked, workClass: WorkClass = 0): Promise<string> {
  const place = await asked.take(workClass)
  if ('retryAt' in place) throw new Error(`Refused until ${place.retryAt.toISOString()}`)
  return place.leaseId
}

async function refused(asked: Asked, workClass: WorkClass = 0): Promise<Date> {
  const place = await asked.take(workClass)
  if ('leaseId' in place) throw new Error('A place was given that should not have been')
  return place.retryAt
}

/** How many of so many takers at once are given a place. */
async function given(asked: Asked, takers: number): Promise<string[]> {
  const places = await Promise.all(Array.from({ length: takers }, () => asked.take()))
  return places.flatMap((place) => ('leaseId' in place ? [place.leaseId] : []))
}

const now = () => Date.now() + server.clockOffsetMs

test('eight takers on two nodes never have more than two calls under way, and all come to their turn', async () => {
  const asked = await provider({ concurrent_calls: 2 })
  const first = await given(asked, 8)
  expect(first.length).toBe(2)
  for (const lease of first) await asked.end(lease)
  let underWay = 0
  let most = 0
  const taker = async () => {
    for (let done = 0; done < 3; ) {
      const place = await asked.take()
      if ('retryAt' in place) {
        await sleep(5)
        continue
      }
      underWay += 1
      most = Math.max(most, underWay)
      await sleep(3)
      underWay -= 1
      await asked.end(place.leaseId)
      done += 1
    }
  }
  await Promise.all(Array.from({ length: 8 }, taker))
  expect(most).toBeLessThanOrEqual(2)
  expect(await asked.breaker()).toMatchObject({ state: 'CLOSED', interactive_calls: 0 })
})

test('a rate holds over both nodes: in the first minute no more calls begin than were agreed', async () => {
  const asked = await provider({ calls_per_minute: 4 })
  const first = now()
  const begun: number[] = []
  for (let quarter = 0; quarter < 4; quarter += 1) {
    begun.push((await given(asked, 8)).length)
    server.clockOffsetMs += 15_000
  }
  expect(begun).toEqual([1, 1, 1, 1])
  expect(now() - first).toBeGreaterThanOrEqual(60_000)
  expect((await given(asked, 8)).length).toBe(1)
})

test('a provider that fails is left alone, tried by one call, and used again once it answers', async () => {
  const asked = await provider({})
  for (let call = 0; call < 4; call += 1) await asked.end(await taken(asked), 'failed')
  const straggler = await taken(asked)
  await asked.end(await taken(asked), 'failed')
  expect(await asked.breaker()).toMatchObject({ state: 'OPEN', failures: 5, interactive_calls: 1 })
  expect((await refused(asked)).getTime()).toBeGreaterThan(now() + 5_000)
  await asked.end(straggler, 'failed')

  server.clockOffsetMs += 10_000
  expect(await asked.breaker()).toMatchObject({ state: 'HALF_OPEN' })
  const probes = await given(asked, 8)
  expect(probes.length).toBe(1)
  await asked.end(probes[0] ?? '', 'failed')
  server.clockOffsetMs += 8_000
  expect((await given(asked, 4)).length).toBe(0)

  server.clockOffsetMs += 12_000
  const [probe = ''] = await given(asked, 8)
  await asked.end(probe, 'answered')
  expect(await asked.breaker()).toEqual({
    state: 'CLOSED',
    failures: 0,
    interactive_calls: 0,
    migration_calls: 0,
  })
  expect((await given(asked, 8)).length).toBe(8)
})

test('when the node of a probe dies, another call tries in its place', async () => {
  const asked = await provider({ breaker_failures: 1 })
  await asked.end(await taken(asked), 'failed')
  server.clockOffsetMs += 10_000
  const dead = await taken(asked)
  await refused(asked)
  server.clockOffsetMs += 91_000
  const probe = await taken(asked)
  await asked.end(dead, 'answered')
  expect(await asked.breaker()).toMatchObject({ state: 'HALF_OPEN' })
  await asked.end(probe, 'answered')
  expect(await asked.breaker()).toMatchObject({ state: 'CLOSED' })
})

test('the places of a node that died end by themselves, and what it says afterwards changes nothing', async () => {
  const asked = await provider({ concurrent_calls: 2, breaker_failures: 1 })
  const dead = [await taken(asked), await taken(asked)]
  await refused(asked)
  server.clockOffsetMs += 91_000
  const alive = await taken(asked)
  for (const lease of dead) await asked.end(lease, 'failed')
  expect(await asked.breaker()).toMatchObject({ state: 'CLOSED', interactive_calls: 1 })
  await asked.end(alive)
  await asked.end(alive, 'failed')
  expect(await asked.breaker()).toMatchObject({ state: 'CLOSED', interactive_calls: 0 })
})

test('a migration has its part of the places, and interactive work that waits has the next one', async () => {
  const asked = await provider({ concurrent_calls: 2 })
  const migration = await taken(asked, 1)
  await refused(asked, 1)
  await taken(asked)
  await refused(asked)
  await asked.end(migration)
  await refused(asked, 1)
  await taken(asked)
  expect(await asked.breaker()).toMatchObject({ interactive_calls: 2, migration_calls: 0 })
})

test('a call that this node gave up gives its place back and says nothing of the provider', async () => {
  const asked = await provider({ concurrent_calls: 1, breaker_failures: 1 })
  await asked.end(await taken(asked), 'abandoned')
  expect(await asked.breaker()).toMatchObject({ state: 'CLOSED', failures: 0 })
  await asked.end(await taken(asked), 'failed')
  server.clockOffsetMs += 10_000
  await asked.end(await taken(asked), 'abandoned')
  expect(await asked.breaker()).toMatchObject({ state: 'HALF_OPEN' })
  await asked.end(await taken(asked))
  expect(await asked.breaker()).toMatchObject({ state: 'CLOSED' })
})

test('the provider within the process has no limits, and ending its place says nothing', async () => {
  const place = await takePlace(server.engine, opening(), { id: null, timeoutSeconds: 60 }, 1)
  if ('retryAt' in place) throw new Error('The built-in provider refused')
  await endPlace(server.engine, opening(), place.leaseId, 'failed')
})
