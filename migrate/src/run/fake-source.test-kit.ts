import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AssociateLink, ClientUnit, Effect, ProfileEffect, SourceLine } from '../plan/client-unit.ts'
import { sha256Of } from '../sha256.ts'
import type { RunSource } from './context.ts'

/**
 * A small source for tests: every third client is a company with two directors, one of whom sits on every board;
 * every client has two labels, every second a file, every fifth a passport. Positions have gaps, as real ones do.
 */
export function fakeSource(clients: number, directory: string): RunSource {
  const files = join(directory, 'documents')
  mkdirSync(files, { recursive: true })
  const units: ClientUnit[] = []
  for (let n = 1; n <= clients; n += 1) units.push(clientUnit(n, files))
  units.push(partyUnit('p-shared', clients + 1))
  const effects = new Set(
    units.flatMap((unit) => unit.effects.map((effect) => `${effect.ref} ${effect.name}`)),
  )
  return {
    sourceHash: 'a'.repeat(64),
    mappingHash: 'b'.repeat(64),
    totals: { clients, units: units.length, effects: effects.size },
    async *units(after: number) {
      for (const unit of units) if (unit.position > after) yield structuredClone(unit)
    },
  }
}

function clientUnit(n: number, files: string): ClientUnit {
  const ref = `c-${n}`
  const company = n % 3 === 0
  const effects: Effect[] = [company ? profile(ref, 'COMPANY', true, n) : profile(ref, 'INDIVIDUAL', true, n)]
  if (company)
    effects.push(profile('p-shared', 'INDIVIDUAL', false, n), profile(`p-${n}`, 'INDIVIDUAL', false, n))
  for (const tag of ['migrated', 'retail']) effects.push({ kind: 'tag', name: `tag:${tag}`, ref, tag })
  if (n % 2 === 0) effects.push(upload(ref, n, files))
  if (n % 5 === 0) effects.push(...passport(ref, n, files))
  if (company)
    effects.push({ kind: 'links', name: 'links', ref, links: [link('p-shared', n), link(`p-${n}`, n)] })
  return {
    ref,
    entity: company ? 'COMPANY' : 'INDIVIDUAL',
    client: true,
    position: n * 2,
    source: line(n),
    effects,
  }
}

function partyUnit(ref: string, n: number): ClientUnit {
  return {
    ref,
    entity: 'INDIVIDUAL',
    client: false,
    position: n * 2,
    source: line(n),
    effects: [
      profile(ref, 'INDIVIDUAL', false, n),
      { kind: 'tag', name: 'tag:migrated', ref, tag: 'migrated' },
    ],
  }
}

function profile(ref: string, entity: 'INDIVIDUAL' | 'COMPANY', client: boolean, n: number): ProfileEffect {
  const facts =
    entity === 'COMPANY'
      ? { metadata: { name: `Company ${ref}`, number: `0${n}`, country_of_incorporation: 'GBR' } }
      : { personal_details: { name: { given_names: ['Ada'], family_name: `Of ${ref}` }, dob: '1980-01-02' } }
  const collected_data = { entity_type: entity, customer_ref: ref, ...facts }
  return {
    kind: 'profile',
    name: 'profile',
    ref,
    role: `${entity}_${client ? 'CUSTOMER' : 'ASSOCIATED'}`,
    collected_data,
    source: line(n),
  }
}

function link(ref: string, n: number): AssociateLink {
  return {
    ref,
    entity: 'INDIVIDUAL',
    list: 'officers.directors',
    fields: { appointed_on: '2019-04-01' },
    source: line(n),
  }
}

function upload(ref: string, n: number, files: string): Effect {
  const content = `%PDF evidence ${n}`
  const path = join(files, `${n}.pdf`)
  writeFileSync(path, content)
  const sha256 = sha256Of(content)
  const bytes = content.length
  return {
    kind: 'file',
    name: `file:${sha256}:${n}`,
    ref,
    path,
    source_path: `documents/${n}.pdf`,
    title: `Evidence ${n}`,
    sha256,
    bytes,
    source: line(n),
  }
}

function passport(ref: string, n: number, files: string): Effect[] {
  const content = `passport ${n}`
  const path = join(files, `${n}.jpg`)
  writeFileSync(path, content)
  const sha256 = sha256Of(content)
  const slot = 'PROOF_OF_IDENTITY:PASSPORT:FRONT'
  const name = `image:${sha256}:${slot}`
  const source = line(n)
  return [
    { kind: 'image', name, ref, slot, path, sha256, bytes: content.length, image_type: 'FRONT', source },
    {
      kind: 'document',
      name: 'document:PROOF_OF_IDENTITY:PASSPORT:1',
      ref,
      category: 'PROOF_OF_IDENTITY',
      document_type: 'PASSPORT',
      images: [name],
      source,
    },
  ]
}

function line(n: number): SourceLine {
  return { file: 'clients.csv', line: n + 1 }
}
