import type { Policy } from '@drawbridge/policy/policy.ts'
import type { ProductApplication } from '@drawbridge/schema/application.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { withClient } from '../src/platform/postgres/roles.ts'
import { settleDue } from '../src/rooms/cases/index.ts'
import { type MadeProfile, makeCase, personNamed, runChecks } from './cases.ts'
import { startTestServer, type TestServer } from './server.ts'

export const dayMs = 24 * 60 * 60 * 1000

/** What tests of deciding cases do again and again, on a server of their own. */
export interface Deciding {
  readonly server: () => TestServer
  readonly shipped: () => Policy
  /** Publishes the shipped policy with a change. */
  readonly publish: (change: (policy: Policy) => Policy) => Promise<void>
  /** Creates an individual customer of low risk; words in the name steer the demo provider. */
  readonly person: (familyName: string, more?: object) => Promise<MadeProfile>
  readonly read: (made: Pick<MadeProfile, 'path'>) => Promise<ProfileResource>
  /** The oldest application of the profile. */
  readonly applicationOf: (made: Pick<MadeProfile, 'path'>) => Promise<ProductApplication>
  readonly post: <T = unknown>(path: string, body: unknown) => Promise<T>
  readonly runChecks: () => Promise<void>
  /** Goes so many days on from now, and does what is due by the clock. */
  readonly goOn: (days: number) => Promise<void>
  /** How often a kind of fact was recorded of a profile. */
  readonly factsOf: (made: Pick<MadeProfile, 'id'>, kind: string) => Promise<number>
}

/** A server for the tests of a file, which begins each with the shipped policy and the true time. */
export function useDeciding(): Deciding {
  let server: TestServer
  let shipped: Policy
  const publish: Deciding['publish'] = async (change) => {
    const saved = await server.ask('POST', '/4.0/policies/draft', { body: change(shipped) })
    expect(saved.status, saved.text).toBe(200)
    const published = await server.ask('POST', '/4.0/policies/publish')
    expect(published.status, published.text).toBe(200)
  }
  beforeAll(async () => {
    server = await startTestServer()
    shipped = (await server.ask<Policy>('GET', '/4.0/policy')).body
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    server.clockOffsetMs = 0
    await publish((policy) => policy)
  })
  return { server: () => server, shipped: () => shipped, publish, ...callsOn(() => server) }
}

function callsOn(server: () => TestServer): Omit<Deciding, 'server' | 'shipped' | 'publish'> {
  const read: Deciding['read'] = async ({ path }) => (await server().ask<ProfileResource>('GET', path)).body
  return {
    read,
    person: (familyName, more = {}) =>
      makeCase(server(), {}, { role: 'INDIVIDUAL_CUSTOMER', collected_data: personNamed(familyName, more) }),
    applicationOf: async (made) => {
      const [application] = (await read(made)).applications ?? []
      if (!application) throw new Error('The profile has no application')
      return application
    },
    post: async <T>(path: string, body: unknown) => {
      const answer = await server().ask<T>('POST', path, { body })
      expect(answer.status, answer.text).toBe(200)
      return answer.body
    },
    runChecks: () => runChecks(server()),
    goOn: async (days) => {
      server().clockOffsetMs = days * dayMs
      await settleDue(server().engine, server().demo.accountId)
    },
    factsOf: ({ id }, kind) => countFacts(server(), id, kind),
  }
}

async function countFacts(server: TestServer, profileId: string, kind: string): Promise<number> {
  return withClient(server.database.adminConfig, async (client) => {
    const { rows } = await client.query<{ count: string }>(
      'select count(*) as count from fact where profile_id = $1 and kind = $2',
      [profileId, kind],
    )
    return Number(rows[0]?.count)
  })
}

/** The states of the live tasks by the alias of their variant. */
export function statesOf(profile: ProfileResource): Record<string, string> {
  const live = (profile.tasks ?? []).filter((task) => !task.is_expired)
  return Object.fromEntries(live.map((task) => [task.variant?.alias ?? '', task.state]))
}
