import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openLedger } from '../ledger/ledger.ts'
import { fakeSource } from '../run/fake-source.test-kit.ts'
import { FakeTarget } from '../run/fake-target.test-kit.ts'
import { runMigration } from '../run/run-migration.ts'
import { compareData } from './compare-data.ts'
import { type ReconcileResult, reconcile } from './reconcile.ts'

const account = { institution_id: 'i', institution: 'Bank', environment: 'demo', url: 'x' }
const clients = 30
let directory = ''
let target: FakeTarget

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'reconcile-'))
  target = new FakeTarget({ keys: true, uniqueReference: true })
  const source = fakeSource(clients, directory)
  await runMigration({ workDirectory: directory, source, target, account, ramp: [{ after: 0, workers: 5 }] })
})

beforeEach(() => rmSync(join(directory, 'reconcile.sqlite'), { force: true }))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

async function proof(signal?: AbortSignal): Promise<ReconcileResult | null> {
  const ledger = openLedger({ workDirectory: directory, binding: null, now: () => 0 })
  try {
    const source = fakeSource(clients, directory)
    const more = signal === undefined ? {} : { signal }
    return await reconcile({ workDirectory: directory, source, target, ledger, tags: ['migrated'], ...more })
  } finally {
    await ledger.close()
  }
}

function profileOf(ref: string) {
  const found = [...target.profiles.values()].find((one) => one.collected_data.customer_ref === ref)
  if (found === undefined) throw new Error(`no profile for ${ref}`)
  return found
}

/** Breaks the target for one proof and mends it again. */
async function proofWith(breakIt: () => () => void): Promise<ReconcileResult | null> {
  const mend = breakIt()
  const result = await proof()
  mend()
  return result
}

describe('reconciliation', () => {
  it('accepts what was migrated whole, with everything counted', async () => {
    const result = await proof()
    expect(result).toMatchObject({
      accepted: true,
      lost: 0,
      duplicated: 0,
      different: 0,
      strays: 0,
      checked: { clients, parties: 1, files: 15, images: 6, documents: 6, links: 20, target_profiles: 41 },
    })
  })

  it('names a changed field with its source line, and no value', async () => {
    const result = await proofWith(() => {
      const profile = profileOf('c-4')
      const before = profile.collected_data
      profile.collected_data = {
        ...before,
        personal_details: { ...(before.personal_details as object), dob: '1999-01-01' },
      }
      return () => {
        profile.collected_data = before
      }
    })
    expect(result?.accepted).toBe(false)
    expect(result?.findings.different).toEqual([
      { ref: 'c-4', what: 'profile', field: '/personal_details/dob (different)', source: 'clients.csv:5' },
    ])
    expect(JSON.stringify(result)).not.toContain('1999')
  })

  it('finds one byte of one file that differs, and one that is gone', async () => {
    const result = await proofWith(() => {
      const { files } = profileOf('c-2')
      const content = files[0]?.content ?? Buffer.alloc(0)
      content.writeUInt8(content.readUInt8(0) ^ 1, 0)
      const { images } = profileOf('c-5')
      const image = images.splice(0, 1)
      return () => {
        content.writeUInt8(content.readUInt8(0) ^ 1, 0)
        images.push(...image)
      }
    })
    expect(result?.findings.different).toMatchObject([{ ref: 'c-2', what: 'file', field: 'documents/2.pdf' }])
    expect(result?.findings.different.length).toBe(1)
    expect(result?.findings.lost).toMatchObject([{ ref: 'c-5', what: 'image' }])
  })

  it('finds a lost profile, a doubled one, a lost label, a doubled link and a stray', async () => {
    const result = await proofWith(() => {
      const lost = profileOf('c-7')
      target.profiles.delete(lost.id)
      const twin = { ...structuredClone(profileOf('c-8')), id: 'twin', tags: [] }
      const stray = {
        ...structuredClone(profileOf('c-8')),
        id: 'stray',
        collected_data: { customer_ref: 'other' },
      }
      target.profiles.set('twin', twin)
      target.profiles.set('stray', stray)
      const tags = profileOf('c-10').tags.splice(0, 1)
      const company = profileOf('c-3').collected_data as { officers: { directors: object[] } }
      company.officers.directors.push({ ...company.officers.directors[0] })
      return () => {
        target.profiles.set(lost.id, lost)
        target.profiles.delete('twin')
        target.profiles.delete('stray')
        profileOf('c-10').tags.unshift(...tags)
        company.officers.directors.pop()
      }
    })
    const { lost, duplicated, strays } = result?.findings ?? {}
    expect(lost?.map((one) => [one.ref, one.what, one.field])).toEqual([
      ['c-10', 'tag', 'migrated'],
      ['c-7', 'profile', ''],
    ])
    expect(duplicated?.map((one) => [one.ref, one.what])).toContainEqual(['c-8', 'profile'])
    expect(duplicated?.map((one) => [one.ref, one.what])).toContainEqual(['c-3', 'link'])
    expect(strays).toEqual([{ profile_id: 'stray', ref: 'other' }])
  })

  it('goes on where it was stopped, asking about no client twice', async () => {
    const stop = new AbortController()
    const before = target.calls
    const original = target.getProfile.bind(target)
    let asked = 0
    target.getProfile = (id) => {
      asked += 1
      if (asked === 10) stop.abort()
      return original(id)
    }
    expect(await proof(stop.signal)).toBeNull()
    const result = await proof()
    expect(result?.accepted).toBe(true)
    expect(asked).toBeLessThanOrEqual(31 + 5)
    expect(target.calls).toBeGreaterThan(before)
  })
})

describe('comparing data', () => {
  const person = {
    entity_type: 'INDIVIDUAL',
    personal_details: { name: { given_names: ['Ada Mary'], family_name: 'Ox' } },
  }

  it('takes the documented normalisations of the server for equal', () => {
    const found = {
      ...person,
      personal_details: { name: { given_names: ['Ada', 'Mary'], family_name: 'Ox' } },
    }
    expect(compareData(person, found)).toEqual([])
  })

  it('leaves out links and documents, which are compared apart', () => {
    const company = { entity_type: 'COMPANY', metadata: { name: 'Ox' } }
    const found = { ...company, officers: { directors: [{ linked_profile: { id: '1' } }] }, documents: [{}] }
    expect(compareData(company, found)).toEqual([])
  })

  it('names a field that nobody sent, one that is gone, and a place in a list', () => {
    const sent = { a: { b: 1, 'c/d': 2 }, list: [{ x: 1 }, { x: 2 }] }
    const found = { a: { b: 1, e: 3 }, list: [{ x: 1 }, { x: 3 }] }
    expect(compareData(sent, found)).toEqual([
      { field: '/a/c~1d', kind: 'missing' },
      { field: '/a/e', kind: 'unexpected' },
      { field: '/list/1/x', kind: 'different' },
    ])
  })
})
