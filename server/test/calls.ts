import { allOperations } from '@drawbridge/schema/all-operations.ts'
import type { Operation } from '@drawbridge/schema/operation.ts'
import { classicPdf } from '../src/platform/inspect/files.test-kit.ts'
import { type MadeProfile, makePerson } from './cases.ts'
import type { TestServer } from './server.ts'

/** A profile with one of everything that has an address of its own. */
export interface FullProfile extends MadeProfile {
  /** Ids by the name they have in addresses. */
  readonly ids: Readonly<Record<string, string>>
}

/** Creates a profile of the environment of `key` with a task, a note, a tag, a file, an image, an event and an application. */
export async function makeFullProfile(server: TestServer, key: string): Promise<FullProfile> {
  const person = await makePerson(server, { key })
  const post = async (below: string, body: object) => {
    const answer = await server.ask<{ id: string }>('POST', `${person.path}${below}`, { key, body })
    if (answer.status !== 200) throw new Error(answer.text)
    return answer.body.id
  }
  const data = classicPdf().toString('base64')
  const taskId = person.tasks[0]?.id ?? ''
  const ids = {
    profile_id: person.id,
    task_id: taskId,
    application_id: person.applications[0]?.id ?? '',
    note_id: await post(`/tasks/${taskId}/notes`, { text: 'A note' }),
    tag_id: await post('/tags', { name: 'a tag' }),
    file_id: await post('/files', { data }),
    image_id: await post('/document_images', { data, image_type: 'FRONT' }),
    check_id: await post('/checks?mode=async', { check_type: 'PEPS_AND_SANCTIONS_SCREEN' }),
    event_id: await eventOf(server, person, key),
  }
  await post('/collected_data/documents', {
    category: 'PROOF_OF_IDENTITY',
    document_type: 'PASSPORT',
    images: [{ id: ids.image_id }],
  })
  return { ...person, ids }
}

/** An event that was added by hand; outside a demo environment, where that is refused, an id that nothing has. */
async function eventOf(server: TestServer, person: MadeProfile, key: string): Promise<string> {
  const body = { data: newMatch }
  const added = await server.ask<{ id?: string }>('POST', `${person.path}/events`, { key, body })
  return added.body.id ?? crypto.randomUUID()
}

const newMatch = { event_type: 'PEP_FLAG', match_id: 'match-1', match_name: 'Mira Oduya' }
const data = classicPdf().toString('base64')
const person = { entity_type: 'INDIVIDUAL', personal_details: { name: { family_name: 'Oduya' } } }

/** A body that each operation with one accepts, by name of the operation; `confirm` is the profile named. */
const bodies: Readonly<Record<string, (confirm: string) => unknown>> = {
  CreateProfile: () => ({ role: 'INDIVIDUAL_CUSTOMER', collected_data: person }),
  DeleteProfile: (confirm) => ({ confirm_id: confirm }),
  SetProfileStatus: () => 'NORMAL',
  ReplaceCollectedData: () => person,
  AddDocument: () => ({ category: 'PROOF_OF_IDENTITY', document_type: 'PASSPORT' }),
  CreateApplication: () => ({ product: { alias: 'director_check' } }),
  DecideApplication: () => ({ status: 'REJECTED', reasons: [{ alias: 'not_eligible' }] }),
  RevertDecision: () => ({}),
  CreateTask: () => ({ type: 'INDIVIDUAL_VERIFY_IDENTITY' }),
  SetTaskState: () => ({ state: 'COMPLETED_PASS' }),
  SetTaskExpiry: () => ({ expire_at: null, reason_categories: ['OTHER'] }),
  AddNote: () => ({ text: 'A note' }),
  AddDocumentImage: () => ({ data, image_type: 'FRONT' }),
  AddFile: () => ({ data }),
  AddTag: () => ({ name: 'another tag' }),
  RegisterProvider: () => ({
    alias: 'another_source',
    name: 'Another source',
    url: 'https://127.0.0.1:9/',
    check_type: 'IDENTITY_CHECK',
  }),
  ChangeProvider: () => ({ name: 'A source' }),
  SavePolicyDraft: () => ({}),
  SwitchCheck: () => ({ is_on: true, reason: 'As before' }),
  RunCheck: () => ({ check_type: 'IDENTITY_CHECK' }),
  AttachCheck: () => ({ task_ids: [] }),
  CreateEvent: () => ({ data: newMatch }),
  ResolveEvent: () => ({ resolution: 'MISMATCH' }),
  ResolveEvents: () => [],
  AdoptMonitoring: () => ({
    provider: 'demo',
    check_type: 'PEPS_AND_SANCTIONS_SCREEN',
    reference: 'relation-1',
    adopted_from: 'Legacy system',
  }),
  CreateRescreen: () => ({ check_variant: 'screening' }),
  ReplaceCollectionSteps: () => [{ collection_type: 'EMAIL' }],
}

/** The address of an operation with these ids in it; those not given are random. */
export function addressOf(operation: Operation, ids: Readonly<Record<string, string>>): string {
  return operation.path.replace(/\{(\w+)\}/g, (_whole, name: string) => ids[name] ?? crypto.randomUUID())
}

/** Calls an operation with a body that it accepts. */
export function call(
  server: TestServer,
  operation: Operation,
  ids: Readonly<Record<string, string>>,
  asked: { key?: string | undefined; headers?: Record<string, string> },
) {
  const body = bodies[operation.name]?.(ids.profile_id ?? crypto.randomUUID())
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return server.ask(operation.method, addressOf(operation, ids), { ...asked, ...sent })
}

/** The operations whose address names something of a profile. */
export const profileOperations = allOperations.filter((operation) => operation.path.includes('{profile_id}'))
