import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { ClientUnit, Effect } from './plan/client-unit.ts'
import { openProject, readApikey } from './project.ts'
import { ProjectFileError } from './project-file.ts'
import { pdfOf, type SmallBank, writeSmallBank } from './small-bank.test-kit.ts'

const left: (() => void)[] = []
afterEach(() => {
  for (const remove of left.splice(0)) remove()
})

async function unitsOf(bank: SmallBank, after?: number): Promise<ClientUnit[]> {
  const { directory, remove } = writeSmallBank(bank)
  left.push(remove)
  const project = await openProject(directory)
  const units: ClientUnit[] = []
  for await (const unit of project.units(after)) units.push(unit)
  project.close()
  return units
}

function names(unit: ClientUnit | undefined): string[] {
  return (unit?.effects ?? []).map((effect) => `${effect.ref} ${effect.name}`)
}

function effect<K extends Effect['kind']>(
  unit: ClientUnit | undefined,
  kind: K,
): Extract<Effect, { kind: K }> {
  const found = unit?.effects.find((one) => one.kind === kind)
  if (found === undefined) throw new Error(`${unit?.ref} has no ${kind}`)
  return found as Extract<Effect, { kind: K }>
}

const sha = (content: Buffer): string => createHash('sha256').update(content).digest('hex')

const bank: SmallBank = {
  individuals: [
    'C1;Ada Augusta;Byron;10/12/1815;United Kingdom;Dean Street;London;vip|staff|migrated',
    'C2;Bad;Row;31/02/1980;GB;;;',
    'C3;Carl;Weiß;01/02/1970;Germany;;;',
  ],
  companies: [
    'B1;Acme;00012;GB;Y',
    'B2;Holding;00013;SE;N',
    'B3;Top;00014;NO;N',
    'B4;Nobody asked;00015;NO;N',
  ],
  persons: ['P1;Bo;Ek;01/01/1970;SE', 'P2;Un;Linked;01/01/1970;SE', 'P3;Al;One;01/01/1971;SE'],
  relations: [
    'B1;P1;Director;01/02/2003;;',
    'B1;C3;Director;01/02/2003;04/05/2006;',
    'B1;B2;Shareholder;;;51.5',
    'B2;B3;Shareholder;;;100',
    'B3;B2;Shareholder;;;5',
    'B4;P3;Director;;;',
  ],
}

test('an individual comes with its data, products and labels as they are sent', async () => {
  const [ada] = await unitsOf(bank)
  expect(ada).toMatchObject({
    ref: 'C1',
    entity: 'INDIVIDUAL',
    client: true,
    source: { file: 'individuals.csv', line: 2 },
  })
  expect(effect(ada, 'profile')).toEqual({
    kind: 'profile',
    name: 'profile',
    ref: 'C1',
    role: 'INDIVIDUAL_CUSTOMER',
    applications: [{ product: { alias: 'current_account' } }],
    source: { file: 'individuals.csv', line: 2 },
    collected_data: {
      entity_type: 'INDIVIDUAL',
      customer_ref: 'C1',
      personal_details: {
        name: { given_names: ['Ada', 'Augusta'], family_name: 'Byron' },
        dob: '1815-12-10',
      },
      address_history: [
        { address: { country: 'GBR', route: 'Dean Street', locality: 'London', type: 'STRUCTURED' } },
      ],
    },
  })
  expect(names(ada).slice(1)).toEqual(['C1 tag:migrated', 'C1 tag:vip', 'C1 tag:staff'])
})

test('a company comes before its links, and all profiles that the links need come before them', async () => {
  const units = await unitsOf(bank)
  const acme = units.find((unit) => unit.ref === 'B1')
  expect(names(acme)).toEqual([
    'B1 profile',
    'P1 profile',
    'C3 profile',
    'B2 profile',
    'B1 tag:migrated',
    'B1 links',
  ])
  const roles = acme?.effects.flatMap((one) => (one.kind === 'profile' ? [one.role] : []))
  expect(roles).toEqual([
    'COMPANY_CUSTOMER',
    'INDIVIDUAL_ASSOCIATED',
    'INDIVIDUAL_CUSTOMER',
    'COMPANY_ASSOCIATED',
  ])
  const products = acme?.effects.flatMap((one) =>
    one.kind === 'profile' && one.applications ? [one.ref] : [],
  )
  expect(products).toEqual(['B1', 'C3'])
  expect(effect(acme, 'links').links).toMatchObject([
    {
      ref: 'P1',
      entity: 'INDIVIDUAL',
      list: 'officers.directors',
      fields: { appointed_on: '2003-02-01' },
      task_variant_ids: ['3a4b5c6d-1e2f-4a3b-9c8d-7e6f5a4b5002'],
      source: { file: 'relations.csv', line: 2 },
    },
    {
      ref: 'C3',
      list: 'officers.resigned',
      fields: { appointed_on: '2003-02-01', resigned_on: '2006-05-04' },
    },
    {
      ref: 'B2',
      entity: 'COMPANY',
      list: 'ownership_structure.shareholders',
      fields: { total_percentage: 51.5 },
    },
  ])
})

test('owners in several levels and in a circle each bring their own links once', async () => {
  const units = await unitsOf(bank)
  const linked = units.flatMap((unit) =>
    unit.effects.flatMap((one) => (one.kind === 'links' ? [unit.ref] : [])),
  )
  expect(linked).toEqual(['B1', 'B2', 'B3'])
  expect(names(units.find((unit) => unit.ref === 'B3'))).toContain('B2 profile')
})

test('whoever no chain of links leads to from a client is not sent, and is named', async () => {
  const units = await unitsOf(bank)
  expect(units.map((unit) => unit.ref)).toEqual(['C1', 'C3', 'B1', 'B2', 'B3', 'P1'])
  const { directory, remove } = writeSmallBank(bank)
  left.push(remove)
  const project = await openProject(directory)
  const rows: string[] = []
  for await (const row of project.leftOut()) rows.push(`${row.kind} ${row.ref} ${row.source.line}`)
  expect(rows).toEqual(['companies B4 5', 'relations B4 7', 'persons P2 3', 'persons P3 4'])
  expect(await project.counts()).toMatchObject({
    units: 6,
    clients: 3,
    associates: 3,
    unlinked_associates: 3,
    links: 5,
  })
  expect(await project.unit('P2')).toBeNull()
  expect(await project.unit('C2')).toBeNull()
  expect((await project.unit('B2'))?.ref).toBe('B2')
  project.close()
})

test('units go on after any position, and the rest is the same as without the stop', async () => {
  const individuals = Array.from({ length: 450 }, (_, n) => `C${n};Ada;Byron;10/12/1815;GB;;;`)
  const all = await unitsOf({ individuals })
  expect(all.length).toBe(450)
  for (const stop of [1, 199, 200, 449]) {
    const rest = await unitsOf({ individuals }, all[stop - 1]?.position)
    expect(rest.map((unit) => unit.ref)).toEqual(all.slice(stop).map((unit) => unit.ref))
  }
})

test('sides of a document make one document, a second passport another, and files keep title and hash', async () => {
  const contents = {
    front: pdfOf('front'),
    back: pdfOf('back'),
    other: pdfOf('other front'),
    proof: pdfOf('evidence'),
  }
  const [unit] = await unitsOf({
    individuals: ['C1;Ada;Byron;10/12/1815;GB;;;'],
    documents: [
      'C1;d/back.pdf;;back;',
      'C1;d/front.pdf;;front;02/03/2020',
      'C1;d/other.pdf;;front;',
      'C1;d\\proof.pdf;Signed form;evidence;',
    ],
    files: {
      'd/front.pdf': contents.front,
      'd/back.pdf': contents.back,
      'd/other.pdf': contents.other,
      'd/proof.pdf': contents.proof,
    },
  })
  const made = unit?.effects.filter((one) => one.kind === 'document')
  const image = (content: Buffer, side: string): string =>
    `image:${sha(content)}:PROOF_OF_IDENTITY:PASSPORT:${side}`
  expect(made).toMatchObject([
    {
      name: 'document:PROOF_OF_IDENTITY:PASSPORT:1',
      images: [image(contents.back, 'BACK'), image(contents.front, 'FRONT')],
    },
    { name: 'document:PROOF_OF_IDENTITY:PASSPORT:2', images: [image(contents.other, 'FRONT')] },
  ])
  expect(effect(unit, 'file')).toMatchObject({
    title: 'Signed form',
    sha256: sha(contents.proof),
    bytes: contents.proof.length,
  })
  expect(readFileSync(effect(unit, 'file').path)).toEqual(contents.proof)
})

test('faults of the project file are named with file, line, place and what is expected', async () => {
  const { directory, remove } = writeSmallBank({})
  left.push(remove)
  const path = join(directory, 'migration.yaml')
  const good = readFileSync(path, 'utf8')
  const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length
  const refusal = async (): Promise<string> => {
    const error = await openProject(directory).then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(ProjectFileError)
    return String(error)
  }
  writeFileSync(path, good.replace('transform: [country]', 'transform: [contry]'))
  expect(await refusal()).toContain(
    `migration.yaml:${lineOf(good, 'transform: [country]')}: individuals.fields`,
  )
  expect(await refusal()).toMatch(/transform\[0\]: must be one of trim, .*country/)
  writeFileSync(path, good.replace('file: persons.csv', 'flie: persons.csv'))
  expect(await refusal()).toMatch(/persons\.file: is missing\n.*there is no field "flie" here/)
  writeFileSync(path, good.replace('version: 1', 'version: 9'))
  expect(await refusal()).toContain('version: must be 1')
  writeFileSync(
    path,
    good.replace('personal_details.name.family_name: last', 'personal_details.name.family_name: surname'),
  )
  expect(await refusal()).toMatch(
    /migration\.yaml:10: .*the source has no column "surname"\. It has: no, first, last/,
  )
  writeFileSync(path, good.replace('file: persons.csv', 'file: ../persons.csv'))
  expect(await refusal()).toMatch(/lies outside of the project's directory/)
  writeFileSync(path, good.replace('file: persons.csv', 'file: nowhere.csv'))
  expect(await refusal()).toMatch(/persons\.file: there is no file .*nowhere\.csv/)
  writeFileSync(path, good)
  appendFileSync(path, 'colour: blue\n')
  expect(await refusal()).toMatch(/colour/)
})

test('the key is read from a file of its own or from the credentials of a server, and never told', () => {
  const { directory, remove } = writeSmallBank({})
  left.push(remove)
  const target = { apikey_file: 'key', environment: 'demo' } as const
  const write = (text: string): void => writeFileSync(join(directory, 'key'), text)
  write('secret-of-the-bank\n')
  expect(readApikey(directory, target)).toBe('secret-of-the-bank')
  write('{"demo":{"apikey":"secret-of-demo"},"live":{"apikey":"secret-of-live"}}')
  expect(readApikey(directory, { ...target, environment: 'live' })).toBe('secret-of-live')
  write('two words secret')
  expect(() => readApikey(directory, target)).toThrow(/holds no API key/)
  expect(() => readApikey(directory, target)).not.toThrow(/words/)
})
