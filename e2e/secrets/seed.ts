import { createHash, randomUUID } from 'node:crypto'
import { documentBytes } from '@drawbridge/legacy-bank/document-bytes.ts'
import { randomFor } from '@drawbridge/legacy-bank/random.ts'
import { at, listAt, textAt } from '../check/values.ts'
import { type Call, callerFor, demand, freshKey } from './caller.ts'
import { birthday, markedCompany, markedPerson, number, word } from './marked-people.ts'
import { seedChecks } from './seed-checks.ts'

/** What was seeded: the profile that stays, the one to be erased, the bytes of files, and secrets of integrations. */
export interface Seeded {
  readonly keptId: string
  readonly doomedId: string
  readonly files: readonly Buffer[]
  readonly secrets: readonly string[]
}

interface Seeding {
  readonly call: Call
  readonly url: string
  readonly apikey: string
}

/** Sends marked data through every operation of the API, and through requests that are refused. */
export async function seed(url: string, apikey: string): Promise<Seeded> {
  const seeding = { call: callerFor(url, apikey), url, apikey }
  const files = await filesOf()
  const keptId = await seedPerson(seeding, files)
  await seedCompany(seeding, keptId)
  await seedCase(seeding, keptId)
  await seedReads(seeding, keptId)
  await seedRefusals(seeding, keptId)
  const secrets = await seedChecks(seeding.call)
  const doomedId = await seedPerson(seeding, files)
  return { keptId, doomedId, files, secrets }
}

async function filesOf(): Promise<Buffer[]> {
  const make = (format: 'png' | 'jpg' | 'pdf') =>
    documentBytes(format, `Statement of ${word()}`, randomFor(1, word(), 0))
  return [await make('png'), await make('jpg'), await make('pdf')]
}

function base64(bytes: Buffer | undefined): string {
  return (bytes ?? Buffer.alloc(0)).toString('base64')
}

/** A profile with everything that hangs on one, made with a key and once more with the same key. */
async function seedPerson({ call }: Seeding, files: readonly Buffer[]): Promise<string> {
  const made = {
    body: { role: 'INDIVIDUAL_CUSTOMER', collected_data: markedPerson() },
    headers: freshKey(),
  }
  const { body } = await demand(call, 200, 'POST', '/4.0/profiles', made)
  await demand(call, 200, 'POST', '/4.0/profiles', made)
  const id = textAt(body, 'id')
  const path = `/4.0/profiles/${id}`
  for (const data of files)
    await demand(call, 200, 'POST', `${path}/files`, {
      body: { name: `${word()}.${word()}`, data: base64(data) },
      headers: freshKey(),
    })
  const image = await demand(call, 200, 'POST', `${path}/document_images`, {
    body: { data: base64(files[0]), image_type: 'FRONT', provider_reference: word() },
    headers: freshKey(),
  })
  await demand(call, 200, 'POST', `${path}/collected_data/documents`, {
    body: {
      category: 'PROOF_OF_IDENTITY',
      document_type: 'PASSPORT',
      images: [{ id: textAt(image.body, 'id') }],
      extracted_data: { number: number(), issuer: word(), mrz1: word(), personal_details: { dob: birthday } },
      verification_result: { [word()]: word() },
    },
    headers: freshKey(),
  })
  await seedTags(call, path)
  return id
}

async function seedTags(call: Call, path: string): Promise<void> {
  const removed = await demand(call, 200, 'POST', `${path}/tags`, {
    body: { name: word() },
    headers: freshKey(),
  })
  await demand(call, 200, 'POST', `${path}/tags`, { body: { name: `kept ${word()}` } })
  await demand(call, 200, 'DELETE', `${path}/tags/${textAt(removed.body, 'id')}`)
  await demand(call, 200, 'GET', `/4.0/tags/search/${word()}`)
}

async function seedCompany({ call }: Seeding, director: string): Promise<void> {
  const company = { role: 'COMPANY_CUSTOMER', collected_data: markedCompany([director]) }
  const { body } = await demand(call, 200, 'POST', '/4.0/profiles', { body: company, headers: freshKey() })
  const path = `/4.0/profiles/${textAt(body, 'id')}/collected_data`
  const current = await demand(call, 200, 'GET', path)
  const etag = current.headers.get('etag') ?? ''
  const again = markedCompany([director])
  await demand(call, 200, 'POST', path, { body: again, headers: { 'if-match': etag, ...freshKey() } })
  await demand(call, 412, 'POST', path, { body: again, headers: { 'if-match': etag, ...freshKey() } })
}

/** Applications with comments, tasks with reasons, notes with words and files. */
async function seedCase({ call }: Seeding, id: string): Promise<void> {
  const path = `/4.0/profiles/${id}`
  const profile = await demand(call, 200, 'GET', path)
  const decided = `${path}/applications/${textAt(profile.body, 'applications.0.id')}`
  // The policy has approved it by itself: a person takes it back first.
  await demand(call, 200, 'POST', decided, {
    body: { status: 'IN_REVIEW', comment: word() },
    headers: freshKey(),
  })
  await demand(call, 200, 'POST', decided, {
    body: { status: 'CANCELLED', comment: word() },
    headers: freshKey(),
  })
  await demand(call, 200, 'POST', `${decided}/revert_decision`, {
    body: { comment: word() },
    headers: freshKey(),
  })
  await demand(call, 200, 'GET', decided)
  await demand(call, 200, 'GET', `${path}/applications`)
  const task = await demand(call, 200, 'POST', `${path}/tasks`, {
    body: { type: 'INDIVIDUAL_VERIFY_IDENTITY' },
    headers: freshKey(),
  })
  await seedTask(call, `${path}/tasks/${textAt(task.body, 'id')}`)
}

async function seedTask(call: Call, path: string): Promise<void> {
  await demand(call, 200, 'POST', path, { body: { state: 'COMPLETED_PASS' }, headers: freshKey() })
  await demand(call, 200, 'POST', `${path}/expiry`, {
    body: {
      expire_at: '2031-01-01 00:00:00',
      reason_description: word(),
      reason_categories: [word(), word()],
    },
    headers: freshKey(),
  })
  const note = await demand(call, 200, 'POST', `${path}/notes`, {
    body: { text: `${word()} said ${word()}` },
  })
  await demand(call, 200, 'POST', `${path}/notes`, { body: { text: word() }, headers: freshKey() })
  await demand(call, 200, 'DELETE', `${path}/notes/${textAt(note.body, 'id')}`)
  await demand(call, 200, 'GET', `${path}/notes`)
}

async function seedReads({ call, url, apikey }: Seeding, id: string): Promise<void> {
  const path = `/4.0/profiles/${id}`
  const { body } = await demand(call, 200, 'GET', path)
  for (const name of listAt(body, 'collected_data.personal_details.name.given_names'))
    await demand(call, 200, 'GET', `/4.0/profiles?q=${encodeURIComponent(String(name))}`)
  await demand(call, 200, 'GET', `/4.0/profiles?q=${number()}&categories=APPLICANT`)
  await demand(call, 200, 'GET', `${path}/audit-items`)
  const images = await demand(call, 200, 'GET', `${path}/document_images`)
  await demand(call, 200, 'GET', `${path}/document_images/${textAt(at(images.body, '0'), 'id')}`)
  await demand(call, 200, 'POST', `${path}/status`, { body: '"SUSPENDED"', headers: freshKey() })
  const inQuery = callerFor(url, null)
  await demand(inQuery, 200, 'GET', `/4.0/profiles?q=${word()}&apikey=${apikey}`)
  await demand(inQuery, 200, 'POST', `/4.0/profiles?apikey=${apikey}`, {
    body: { role: 'INDIVIDUAL_CUSTOMER', collected_data: markedPerson() },
    headers: freshKey(),
  })
}

/** Requests that are refused, each with marks where the refusal might quote them. */
async function seedRefusals({ call, url, apikey }: Seeding, id: string): Promise<void> {
  const person = (data: unknown) => ({
    body: { role: 'INDIVIDUAL_CUSTOMER', collected_data: data },
    headers: freshKey(),
  })
  const taken = `REF-${word()}`
  await demand(call, 200, 'POST', '/4.0/profiles', person(markedPerson(taken)))
  await demand(call, 409, 'POST', '/4.0/profiles', person(markedPerson(taken)))
  const wrong = {
    ...markedPerson(),
    personal_details: { name: { family_name: { [word()]: word() } }, dob: word() },
  }
  await demand(call, 400, 'POST', '/4.0/profiles', person(wrong))
  await demand(call, 400, 'POST', '/4.0/profiles', person({ entity_type: word(), name: word() }))
  await demand(call, 400, 'POST', '/4.0/profiles', { body: `{"role":"${word()}", "${word()}` })
  await demand(call, 400, 'POST', '/4.0/profiles', { body: `{"${word()}":1,"role":"\\u0000${word()}"}` })
  await demand(call, 404, 'GET', `/4.0/profiles/${word()}`)
  await demand(call, 404, 'GET', `/4.0/${word()}/${word()}?${word()}=${word()}`)
  await demand(call, 404, 'DELETE', `/4.0/profiles/${id}/tags/${randomUUID()}`)
  await demand(call, 400, 'POST', `/4.0/profiles/${id}/tags`, { body: { name: word().repeat(20) } })
  await demand(call, 415, 'POST', `/4.0/profiles/${id}/files`, {
    body: { name: `${word()}.tiff`, data: Buffer.from(`II*\0${word()}`).toString('base64') },
  })
  const key = { 'idempotency-key': `made-for-${word()}-${number()}` }
  await demand(call, 200, 'POST', '/4.0/profiles', { ...person(markedPerson()), headers: key })
  await demand(call, 422, 'POST', '/4.0/profiles', { ...person(markedPerson()), headers: key })
  await demand(callerFor(url, `${apikey}x`), 401, 'GET', `/4.0/profiles?q=${word()}`)
  await demand(callerFor(url, word()), 401, 'GET', `/4.0/profiles?apikey=${word()}`)
}

/** The SHA-256 of a file: it names the file as surely as its bytes do. */
export function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
