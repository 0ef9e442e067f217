import type { ProductApplication } from '@drawbridge/schema/application.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import type { TaskResource } from '@drawbridge/schema/task.ts'
import { expect } from 'vitest'
import type { Asked, TestServer } from './server.ts'

/** A profile with what a test of its case needs. */
export interface MadeProfile {
  readonly id: string
  readonly path: string
  readonly applications: readonly ProductApplication[]
  readonly tasks: readonly TaskResource[]
}

/** Creates an individual customer through the API; the built-in policy makes it apply, with three tasks. */
export async function makePerson(server: TestServer, asked: Omit<Asked, 'body'> = {}): Promise<MadeProfile> {
  const name = { given_names: ['Mira'], family_name: 'Oduya' }
  return make(server, asked, {
    role: 'INDIVIDUAL_CUSTOMER',
    collected_data: { entity_type: 'INDIVIDUAL', personal_details: { name } },
  })
}

/** Creates a company customer through the API; the built-in policy makes it apply, with five tasks. */
export async function makeCompany(server: TestServer, asked: Omit<Asked, 'body'> = {}): Promise<MadeProfile> {
  const metadata = { name: 'NORTH QUAY TRADING LTD' }
  return make(server, asked, {
    role: 'COMPANY_CUSTOMER',
    collected_data: { entity_type: 'COMPANY', metadata },
  })
}

async function make(server: TestServer, asked: Omit<Asked, 'body'>, body: object): Promise<MadeProfile> {
  const made = await server.ask<ProfileResource>('POST', '/4.0/profiles', { ...asked, body })
  expect(made.status, made.text).toBe(200)
  const { id, applications = [], tasks = [] } = made.body
  return { id, path: `/4.0/profiles/${id}`, applications, tasks }
}

/** The reason of the first fault of a refusal. */
export function reasonOf(answer: { body: unknown }): string | undefined {
  const { errors } = answer.body as { errors?: { info?: { reason?: string } }[] }
  return errors?.[0]?.info?.reason
}
