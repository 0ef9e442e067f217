import type { ProductApplication } from '@drawbridge/schema/application.ts'
import type { ProfileResource } from '@drawbridge/schema/profile.ts'
import type { TaskResource } from '@drawbridge/schema/task.ts'
import { expect } from 'vitest'
import { dispatchDue } from '../src/rooms/dispatch/index.ts'
import type { Asked, TestServer } from './server.ts'

/** A profile with what a test of its case needs. */
export interface MadeProfile {
  readonly id: string
  readonly path: string
  readonly applications: readonly ProductApplication[]
  readonly tasks: readonly TaskResource[]
}

/** The data of a person of low risk, on whom nothing is found unless the name says otherwise. */
export function personNamed(familyName: string, more: object = {}) {
  const name = { given_names: ['Mira'], family_name: familyName }
  const address = {
    type: 'STRUCTURED',
    country: 'GBR',
    street_number: '10',
    route: 'Quay Street',
    locality: 'Bristol',
    postal_code: 'BS1 4XX',
  }
  return {
    entity_type: 'INDIVIDUAL',
    personal_details: { name, dob: '1980-02-28', ...more },
    address_history: [{ address }],
  }
}

/**
 * Creates an individual customer of high risk through the API: the built-in policy makes it apply, with three tasks and
 * the checks for them, and leaves the decision to a person.
 */
export async function makePerson(server: TestServer, asked: Omit<Asked, 'body'> = {}): Promise<MadeProfile> {
  return makeCase(server, asked, {
    role: 'INDIVIDUAL_CUSTOMER',
    collected_data: personNamed('Oduya', { nationality: 'IRN' }),
  })
}

/** Creates a company customer through the API; the built-in policy makes it apply, with five tasks. */
export async function makeCompany(server: TestServer, asked: Omit<Asked, 'body'> = {}): Promise<MadeProfile> {
  const metadata = { name: 'NORTH QUAY TRADING LTD', number: '09990001', country_of_incorporation: 'GBR' }
  return makeCase(server, asked, {
    role: 'COMPANY_CUSTOMER',
    collected_data: { entity_type: 'COMPANY', metadata },
  })
}

/** Creates a profile through the API. */
export async function makeCase(
  server: TestServer,
  asked: Omit<Asked, 'body'>,
  body: object,
): Promise<MadeProfile> {
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

/** Runs every check that is due, and what follows from them, as a worker node would. */
export async function runChecks(server: TestServer): Promise<void> {
  while ((await dispatchDue(server.engine)) > 0);
}
