import { createHash } from 'node:crypto'
import { readdir, readFile, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileResource } from '@drawbridge/schema/file.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MadeProfile, makePerson, reasonOf } from '../../../test/cases.ts'
import { startTestServer, type TestServer } from '../../../test/server.ts'
import { animation, classicPdf, noise } from '../../platform/inspect/files.test-kit.ts'
import { collectBlobs } from './index.ts'

let server: TestServer
let person: MadeProfile
beforeAll(async () => {
  server = await startTestServer()
  person = await makePerson(server)
})
afterAll(() => server.close())

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const base64 = (bytes: Buffer) => bytes.toString('base64')
const add = (body: unknown, to = person.path) =>
  server.ask<{ id: string; name: string }>('POST', `${to}/files`, { body })
const fetched = async (id: string) =>
  (await server.ask<FileResource>('GET', `${person.path}/files/${id}`)).body

async function storedFiles(): Promise<string[]> {
  const entries = await readdir(server.storageDirectory, { recursive: true })
  const paths = entries.map((entry) => join(server.storageDirectory, entry))
  const kept = await Promise.all(paths.map(async (path) => ((await stat(path)).isFile() ? [path] : [])))
  return kept.flat()
}

test('a PDF, JPEG, PNG and GIF come back with the same bytes and the type that they are', async () => {
  const picture = noise(40, 30)
  const files: [string, Buffer][] = [
    ['application/pdf', classicPdf()],
    ['image/jpeg', await picture.clone().jpeg().toBuffer()],
    ['image/png', await picture.clone().png().toBuffer()],
    ['image/gif', await animation(2)],
  ]
  for (const [mime, bytes] of files)
    for (const data of [base64(bytes), `data:${mime};base64,${base64(bytes)}`]) {
      const added = await add({ data, name: `scan of ${mime}` })
      expect(added.body, added.text).toEqual({ id: expect.any(String), name: `scan of ${mime}` })
      const [head = '', body = ''] = (await fetched(added.body.id)).decrypted_data.split(',')
      expect(head).toBe(`data:${mime};base64`)
      expect(sha256(Buffer.from(body, 'base64'))).toBe(sha256(bytes))
    }
})

test('a file without a name is Untitled', async () => {
  expect((await add({ data: base64(classicPdf()) })).body.name).toBe('Untitled')
})

test('any other type is refused with 415, whatever it calls itself, and nothing is kept', async () => {
  const before = await storedFiles()
  const tiff = await noise(8, 8).tiff().toBuffer()
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  const zip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex')
  for (const bytes of [tiff, svg, zip, Buffer.from('plain text'), Buffer.from('<html></html>')]) {
    const refused = await add({ data: `data:image/png;base64,${base64(bytes)}`, name: 'photo.png' })
    expect([refused.status, reasonOf(refused)]).toEqual([415, 'file.unsupported-type'])
  }
  expect(await storedFiles()).toEqual(before)
})

test('what is not Base64, is damaged or is no file at all is 400', async () => {
  const png = await noise(20, 20).png().toBuffer()
  for (const data of ['not base64!', 'AAA', 'data:image/png,abc', '%%%%'])
    expect((await add({ data })).status, data).toBe(400)
  const damaged = await add({ data: base64(png.subarray(0, png.length - 60)) })
  expect([damaged.status, reasonOf(damaged)]).toEqual([400, 'file.damaged'])
  for (const body of [
    {},
    { data: '' },
    { data: 7 },
    { data: null },
    [],
    'x',
    { data: base64(png), name: '' },
  ])
    expect((await add(body)).status, JSON.stringify(body)).toBe(400)
})

test('a document image over 10 MB and a file over 50 MB are 413', async () => {
  const pdf = classicPdf()
  const padded = (bytes: number) =>
    Buffer.concat([pdf.subarray(0, 9), Buffer.alloc(bytes - pdf.length, '%'), pdf.subarray(9)])
  const over = padded(10_000_001)
  expect(over.length).toBe(10_000_001)
  const huge = Buffer.concat([Buffer.from('{"data":"'), Buffer.alloc(66_666_672, 'A'), Buffer.from('"}')])
  const file = await server.ask('POST', `${person.path}/files`, { body: huge })
  expect([file.status, reasonOf(file)]).toEqual([413, 'file.too-large'])
  const image = await server.ask('POST', `${person.path}/document_images`, {
    body: { data: base64(over), image_type: 'FRONT' },
  })
  expect([image.status, reasonOf(image)]).toEqual([413, 'file.too-large'])
})

test('a body over the limit of its operation is 413', async () => {
  const body = `{"name":"${'x'.repeat(2_000_000)}"}`
  const refused = await server.ask('POST', `${person.path}/tags`, { body })
  expect([refused.status, reasonOf(refused)]).toEqual([413, 'request.too-large'])
})

test('neither name nor bytes of a file are in the clear on the disk', async () => {
  const marker = 'Zanzibar-Quillon-7716'
  const pdf = Buffer.from(classicPdf().toString('latin1').replace('A letter', marker.slice(0, 8)), 'latin1')
  await add({ data: base64(pdf), name: `${marker}.pdf` })
  const stored = await storedFiles()
  expect(stored.length).toBeGreaterThan(0)
  for (const path of stored) {
    const bytes = await readFile(path)
    for (const plain of ['%PDF', 'Zanzibar', base64(Buffer.from('Zanzibar')).slice(0, 9)])
      expect(bytes.includes(plain), path).toBe(false)
    expect(path).not.toContain('Zanzibar')
  }
})

test('a file is found only under its own profile', async () => {
  const other = await makePerson(server)
  const added = await add({ data: base64(classicPdf()) })
  const foreign = await server.ask('GET', `${other.path}/files/${added.body.id}`)
  const absent = await server.ask('GET', `${other.path}/files/${crypto.randomUUID()}`)
  expect([foreign.status, foreign.text]).toEqual([404, absent.text])
})

test('stored bytes that nothing refers to are collected after a day, and no others', async () => {
  const added = await add({ data: base64(classicPdf()), name: 'kept' })
  const image = await server.ask<{ id: string }>('POST', `${person.path}/document_images`, {
    body: { data: base64(classicPdf()), image_type: 'BACK' },
  })
  const used = await storedFiles()
  const loose = crypto.randomUUID()
  await server.engine.storage.put(loose, Buffer.from('left behind by a crash'))
  expect(await collectBlobs(server.engine, new Date())).toBe(0)
  const past = new Date(Date.now() - 25 * 60 * 60 * 1000)
  for (const path of await storedFiles()) await utimes(path, past, past)
  expect(await collectBlobs(server.engine, new Date())).toBe(1)
  expect((await storedFiles()).sort()).toEqual(used.sort())
  expect((await fetched(added.body.id)).decrypted_data).toContain('base64,')
  expect((await server.ask('GET', `${person.path}/document_images/${image.body.id}`)).status).toBe(200)
})
