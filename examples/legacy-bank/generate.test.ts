import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Expected } from './expected.ts'
import { generate } from './generate.ts'
import { holdsDemoWord } from './names.ts'

type Rows = Record<string, string>[]

let scratch = ''
let bank = ''
let large = ''
let expected: Expected
let individuals: Rows
let companies: Rows
let persons: Rows
let relations: Rows
let documents: Rows

async function read(directory: string, file: string): Promise<Rows> {
  return parse(await readFile(join(directory, file)), { columns: true, delimiter: ';' })
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function fingerprint(directory: string): Promise<string> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hash = createHash('sha256')
  for (const path of paths.sort()) hash.update(path.slice(directory.length)).update(await readFile(path))
  return hash.digest('hex')
}

function column(rows: Rows, name: string): string[] {
  return rows.map((row) => row[name] ?? '')
}

function repeated(values: string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index)
}

/** References whose every row is whole, counted from the rows themselves. */
function isWhole(row: Record<string, string>, required: string[], date: string): boolean {
  const isBroken =
    required.some((name) => row[name] === '') ||
    row[date] === '31/02/1980' ||
    row.country === 'Yugoslawia' ||
    Object.values(row).some((value) => value.includes('\uFFFD'))
  return !isBroken
}

function firstOfEach(rows: Rows, key: string): Rows {
  const seen = new Set<string>()
  return rows.filter((row) => {
    const reference = row[key] ?? ''
    return !seen.has(reference) && seen.add(reference)
  })
}

function wholeIndividuals(rows: Rows): Rows {
  return firstOfEach(rows, 'client_no').filter((row) => isWhole(row, ['last_name', 'country'], 'birth_date'))
}

function wholeCompanies(rows: Rows): Rows {
  const required = ['name', 'registration_no', 'country']
  return firstOfEach(rows, 'company_no').filter((row) => isWhole(row, required, 'incorporated_on'))
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'legacy-bank-'))
  bank = join(scratch, 'bank')
  large = join(scratch, 'large')
  expected = await generate({ directory: bank, clients: 1000, seed: 7, dirtyShare: 0.1 })
  await generate({ directory: large, clients: 40_000, seed: 8, documentShare: 0 })
  const files = ['individuals', 'companies', 'persons', 'relations', 'documents']
  const read5 = await Promise.all(files.map((file) => read(bank, `${file}.csv`)))
  ;[individuals = [], companies = [], persons = [], relations = [], documents = []] = read5
})

afterAll(() => rm(scratch, { recursive: true }))

describe('the export', () => {
  test('the same seed gives the same bytes, another seed others', async () => {
    const [one, same, other] = ['one', 'same', 'other'].map((name) => join(scratch, name))
    if (one === undefined || same === undefined || other === undefined) throw new Error('no directories')
    await generate({ directory: one, clients: 60, seed: 5 })
    await generate({ directory: same, clients: 60, seed: 5 })
    await generate({ directory: other, clients: 60, seed: 6 })
    expect(await fingerprint(same)).toBe(await fingerprint(one))
    expect(await fingerprint(other)).not.toBe(await fingerprint(one))
  })

  test('an export in the same directory is replaced, documents of others are not', async () => {
    const directory = join(scratch, 'again')
    await generate({ directory, clients: 60, seed: 5 })
    await generate({ directory, clients: 30, seed: 6 })
    const alone = join(scratch, 'alone')
    await generate({ directory: alone, clients: 30, seed: 6 })
    expect(await fingerprint(directory)).toBe(await fingerprint(alone))
    await rm(join(directory, 'expected.json'))
    await expect(generate({ directory, clients: 30, seed: 6 })).rejects.toThrow('not from this generator')
  })

  test.each([
    [{ clients: 9 }, 'clients'],
    [{ clients: 100.5 }, 'clients'],
    [{ dirtyShare: 0.3 }, 'dirtyShare'],
    [{ documentShare: 2 }, 'documentShare'],
    [{ seed: -1 }, 'seed'],
  ])('a wrong option is named: %j', async (wrong, name) => {
    const options = { directory: join(scratch, 'wrong'), clients: 100, seed: 1, ...wrong }
    await expect(generate(options)).rejects.toThrow(name)
    expect(existsSync(join(scratch, 'wrong'))).toBe(false)
  })

  test('lines end with CRLF as old systems do', async () => {
    const text = (await readFile(join(bank, 'relations.csv'))).toString()
    expect(text.split('\r\n').length).toBe(relations.length + 2)
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  })
})

describe('size', () => {
  test('makes no false duplicates of people, company names or registration numbers', async () => {
    const clients = wholeIndividuals(await read(large, 'individuals.csv'))
    const associates = await read(large, 'persons.csv')
    const people = [...clients, ...associates].map((row) => `${row.last_name} ${row.birth_date}`)
    expect(people.length).toBeGreaterThan(40_000)
    expect(new Set(people).size).toBe(people.length)
    const firms = wholeCompanies(await read(large, 'companies.csv'))
    expect(new Set(column(firms, 'name')).size).toBe(firms.length)
    expect(new Set(column(firms, 'registration_no')).size).toBe(firms.length)
  })

  test('brings no word that steers a simulated data provider into a name', async () => {
    const people = [...(await read(large, 'individuals.csv')), ...(await read(large, 'persons.csv'))]
    const names = people.map((row) => `${row.first_names} ${row.last_name}`)
    names.push(...column(await read(large, 'companies.csv'), 'name'))
    expect(names.filter(holdsDemoWord)).toEqual([])
    expect(holdsDemoWord('Pépita')).toBe(true)
  })
})

describe('what expected.json says', () => {
  test('is what the files hold: rows and whole rows', () => {
    const firms = wholeCompanies(companies)
    const owners = firms.filter((row) => row.is_client === 'N').length
    const known = new Set([
      ...column(wholeIndividuals(individuals), 'client_no'),
      ...column(firms, 'company_no'),
      ...column(persons, 'person_no'),
    ])
    const wholeRelations = relations.filter(
      (row) => known.has(row.company_no ?? '') && known.has(row.party_no ?? ''),
    )
    const wholeDocuments = documents.filter((row) => existsSync(join(bank, row.path ?? '')))
    const labels = [...wholeIndividuals(individuals), ...firms].flatMap((row) =>
      (row.labels ?? '').split('|').filter(Boolean),
    )
    expect(expected.rows).toEqual({
      individuals: individuals.length,
      companies: companies.length,
      persons: persons.length,
      relations: relations.length,
      documents: documents.length,
    })
    const clients = wholeIndividuals(individuals).length + firms.length - owners
    expect(expected.clean).toEqual({
      individuals: wholeIndividuals(individuals).length,
      client_companies: firms.length - owners,
      owner_companies: owners,
      persons: persons.length,
      relations: wholeRelations.length,
      documents: wholeDocuments.length,
      clients,
      associates: persons.length + owners,
      profiles: clients + persons.length + owners,
      labels: labels.length,
    })
    expect(documents.every((row) => known.has(row.owner_no ?? ''))).toBe(true)
  })

  test('is the documented share of broken rows, of every kind', () => {
    const clientFirms = companies.filter((row) => row.is_client === 'Y').length
    expect(expected.dirty.by_file).toEqual({
      'individuals.csv': Math.floor(individuals.length * 0.1),
      'companies.csv': Math.floor(clientFirms * 0.1),
      'relations.csv': Math.floor(relations.length * 0.1),
      'documents.csv': Math.floor(documents.length * 0.1),
    })
    expect(Object.keys(expected.dirty.by_kind).length).toBe(9)
    expect(expected.dirty.rows.length).toBe(expected.dirty.total)
  })

  test('names each broken row with its line as an editor shows it, past line breaks inside fields', async () => {
    expect(column(individuals, 'segment').some((segment) => segment.includes('\n'))).toBe(true)
    for (const { file, line, kind, reference } of expected.dirty.rows) {
      const text = (await readFile(join(bank, file))).toString('latin1').split('\n')[line - 1] ?? ''
      expect(text.startsWith(`${reference};`), `${file} line ${line}`).toBe(true)
      if (kind === 'impossible_date') expect(text).toContain('31/02/1980')
      if (kind === 'unknown_country') expect(text).toContain(';Yugoslawia;')
      if (kind === 'latin1_bytes') expect(text).toContain('Gößmann')
      if (kind === 'missing_party') expect(text).toContain(';P9')
      if (kind === 'missing_file') expect(text).toContain('documents/lost/')
    }
  })
})

describe('the structure of companies', () => {
  const owners = (): Map<string, string[]> => {
    const map = new Map<string, string[]>()
    for (const row of relations) {
      const owner = row.party_no ?? ''
      if (row.role !== 'Shareholder' || !owner.startsWith('B')) continue
      map.set(row.company_no ?? '', [...(map.get(row.company_no ?? '') ?? []), owner])
    }
    return map
  }

  test('shares add up to 100 % or less, and are positive', () => {
    const sums = new Map<string, number>()
    for (const row of relations) {
      if (row.role !== 'Shareholder' || row.party_no?.startsWith('P9')) continue
      const percent = Number(row.share_percent)
      expect(percent).toBeGreaterThan(0)
      sums.set(row.company_no ?? '', (sums.get(row.company_no ?? '') ?? 0) + percent)
    }
    expect([...sums.values()].filter((sum) => sum > 100.000001)).toEqual([])
  })

  test('goes up to six levels, and some of it in a circle', () => {
    const map = owners()
    let deepest = 0
    let circles = 0
    const climb = (company: string, path: string[]): void => {
      deepest = Math.max(deepest, path.length + 1)
      for (const owner of map.get(company) ?? []) {
        if (path.includes(owner) || owner === company) circles += 1
        else climb(owner, [...path, company])
      }
    }
    for (const company of map.keys()) climb(company, [])
    expect(deepest).toBe(6)
    expect(circles).toBeGreaterThan(0)
  })

  test('has directors of several companies, directors who are clients, and no associate without a company', () => {
    const directors = relations.filter((row) => row.role === 'Director')
    expect(repeated(column(directors, 'party_no')).length).toBeGreaterThan(5)
    expect(column(directors, 'party_no').some((party) => party.startsWith('C'))).toBe(true)
    const parties = new Set(column(relations, 'party_no'))
    expect(column(persons, 'person_no').filter((person) => !parties.has(person))).toEqual([])
    const onlyOwners = companies.filter((row) => row.is_client === 'N')
    expect(column(onlyOwners, 'company_no').filter((owner) => !parties.has(owner))).toEqual([])
  })

  test('links one party to one company in one role once', () => {
    const links = relations.map((row) => `${row.company_no} ${row.party_no} ${row.role}`)
    expect(repeated(links)).toEqual([])
  })
})

describe('the scans', () => {
  const whole = (): string[] => column(documents, 'path').filter((path) => existsSync(join(bank, path)))

  test('are all different and of a few kilobytes', async () => {
    const hashes = new Set<string>()
    for (const path of whole()) {
      const bytes = await readFile(join(bank, path))
      hashes.add(sha256(bytes))
      expect(bytes.length).toBeGreaterThan(2000)
      expect(bytes.length).toBeLessThan(40_000)
    }
    expect(hashes.size).toBe(whole().length)
    expect(hashes.size).toBeGreaterThan(200)
  })

  test('are pictures that a decoder reads to the last pixel', async () => {
    const pictures = whole().filter((path) => !path.endsWith('.pdf'))
    for (const path of pictures.slice(0, 120)) {
      const image = sharp(join(bank, path), { failOn: 'warning' })
      const { format, width, height } = await image.metadata()
      expect(format).toBe(path.endsWith('.png') ? 'png' : 'jpeg')
      expect((await image.raw().toBuffer()).length).toBe(width * height * 3)
    }
  })

  test('are PDF files whose cross-reference table finds every object and whose text is there', async () => {
    for (const path of whole().filter((name) => name.endsWith('.pdf'))) {
      const text = (await readFile(join(bank, path))).toString('latin1')
      const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1])
      expect(text.slice(start, start + 5)).toBe('xref\n')
      const offsets = [...text.slice(start).matchAll(/(\d{10}) 00000 n/g)].map((match) => Number(match[1]))
      for (const [index, offset] of offsets.entries()) {
        expect(text.slice(offset).startsWith(`${index + 1} 0 obj`)).toBe(true)
      }
      const stream = /\/Length (\d+) >>\nstream\n/.exec(text)
      const end = (stream?.index ?? 0) + (stream?.[0].length ?? 0) + Number(stream?.[1])
      expect(text.slice(end).startsWith('\nendstream')).toBe(true)
      expect(text).toContain(path)
    }
  })
})
