import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGuardedFetch } from '../net/index.ts'
import { createStorage, type Storage, type StorageSettings } from './index.ts'
import { startTestS3, type TestS3 } from './s3-server.test-kit.ts'
import { placeOf } from './storage.ts'

const account = { region: 'eu-test-1', accessKeyId: 'AKTEST', secretAccessKey: 'secret+/key' }
const { guardedFetch } = createGuardedFetch({ allowNetworks: ['127.0.0.0/8'], log: { warn: () => {} } })
let directory: string
let s3: TestS3

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-storage-'))
  s3 = await startTestS3({ bucket: 'files', pageSize: 7, ...account })
})
afterAll(async () => {
  s3.close()
  await rm(directory, { recursive: true })
})

async function listed(storage: Storage, after?: string): Promise<string[]> {
  const ids: string[] = []
  for await (const item of storage.list(after)) ids.push(item.id)
  return ids
}

const byPlace = (ids: string[]) =>
  ids.toSorted((a, b) => (placeOf(a).join('/') < placeOf(b).join('/') ? -1 : 1))
const onS3 = (changes: object = {}): StorageSettings => ({
  kind: 's3',
  endpoint: s3.endpoint,
  bucket: 'files',
  prefix: '',
  ...account,
  ...changes,
})

const kinds: [string, (name: string) => Promise<Storage>][] = [
  ['local disk', (name) => createStorage({ kind: 'disk', directory: join(directory, name) }, guardedFetch)],
  ['S3', (name) => createStorage(onS3({ prefix: `env/${name}` }), guardedFetch)],
]

describe.each(kinds)('%s', (_, openNamed) => {
  test('gives back what it was given, until it is deleted', async () => {
    const storage = await openNamed('round-trip')
    const id = randomUUID()
    const content = randomBytes(300_000)
    expect([await storage.exists(id), await storage.get(id)]).toEqual([false, null])
    await storage.put(id, content)
    expect(await storage.exists(id)).toBe(true)
    expect((await storage.get(id))?.equals(content)).toBe(true)
    await storage.delete(id)
    await storage.delete(id)
    expect([await storage.exists(id), await storage.get(id)]).toEqual([false, null])
  })

  test('keeps an empty content apart from none', async () => {
    const storage = await openNamed('empty')
    const id = randomUUID()
    await storage.put(id, new Uint8Array())
    expect((await storage.get(id))?.length).toBe(0)
  })

  test('a second put of one id replaces the first whole, also when many write at once', async () => {
    const storage = await openNamed('replace')
    const id = randomUUID()
    const contents = Array.from({ length: 8 }, (_, index) => Buffer.alloc(50_000 * (8 - index), index + 1))
    await Promise.all(contents.map((content) => storage.put(id, content)))
    const read = await storage.get(id)
    expect(contents.some((content) => read?.equals(content))).toBe(true)
    expect(await listed(storage)).toEqual([id])
  })

  test('lists everything once in a fixed order, from the start or from behind any id', async () => {
    const storage = await openNamed('list')
    expect(await listed(storage)).toEqual([])
    const ids = Array.from({ length: 20 }, () => randomUUID() as string)
    const close = '01920000-0000-7000-8000-0000000000'
    ids.push(`${close}aa`, `${close}ab`, `01930000-0000-7000-8000-0000000000aa`)
    await Promise.all(ids.map((id) => storage.put(id, Buffer.from(id))))
    const ordered = byPlace(ids)
    expect(await listed(storage)).toEqual(ordered)
    for (const id of ordered) {
      expect(await listed(storage, id)).toEqual(ordered.slice(ordered.indexOf(id) + 1))
    }
    const absent = randomUUID()
    expect(await listed(storage, absent)).toEqual(
      byPlace([...ids, absent]).slice(byPlace([...ids, absent]).indexOf(absent) + 1),
    )
    for await (const item of storage.list())
      expect(item.modified.getTime()).toBeGreaterThan(Date.UTC(2020, 0))
  })

  test('refuses what is not an id, so that no name can lead outside', async () => {
    const storage = await openNamed('ids')
    for (const id of [
      '',
      '../../etc/passwd',
      randomUUID().toUpperCase(),
      `${'../'.repeat(11)}etc`,
      'a/'.repeat(18),
    ]) {
      await expect(storage.put(id, Buffer.from('x'))).rejects.toThrow('storage id')
      await expect(storage.get(id)).rejects.toThrow('storage id')
      await expect(storage.delete(id)).rejects.toThrow('storage id')
    }
  })

  test('its check passes and leaves nothing behind', async () => {
    const storage = await openNamed('check')
    await storage.check()
    expect(await listed(storage)).toEqual([])
  })
})

describe('local disk', () => {
  const openHere = (name: string) =>
    createStorage({ kind: 'disk', directory: join(directory, name) }, guardedFetch)

  test('files and folders are for their owner only', async () => {
    const storage = await openHere('modes')
    const id = randomUUID()
    await storage.put(id, Buffer.from('x'))
    const [folder, subfolder, name] = placeOf(id)
    const modes = [[], [folder], [folder, subfolder], [folder, subfolder, name], ['unfinished']].map(
      async (path) => {
        return (await stat(join(directory, 'modes', ...path))).mode & 0o777
      },
    )
    expect(await Promise.all(modes)).toEqual([0o700, 0o700, 0o700, 0o600, 0o700])
  })

  test('what a killed write left is swept an hour later, and never seen', async () => {
    await openHere('orphans')
    const unfinished = join(directory, 'orphans', 'unfinished')
    const names = [`${randomUUID()}.old`, `${randomUUID()}.young`]
    for (const name of names) await writeFile(join(unfinished, name), 'half')
    const longAgo = new Date(Date.now() - 2 * 3_600_000)
    await utimes(join(unfinished, names[0] ?? ''), longAgo, longAgo)
    const storage = await openHere('orphans')
    expect(await readdir(unfinished)).toEqual([names[1]])
    expect(await listed(storage)).toEqual([])
  })

  test('a write that fails leaves no trace and says that the storage is unavailable', async () => {
    const storage = await openHere('broken')
    const id = randomUUID()
    const [folder] = placeOf(id)
    await writeFile(join(directory, 'broken', folder), 'a file in the way')
    await expect(storage.put(id, Buffer.from('x'))).rejects.toMatchObject({ reason: 'service.unavailable' })
    await rm(join(directory, 'broken', folder))
    await mkdir(join(directory, 'broken', ...placeOf(id)), { recursive: true })
    await expect(storage.put(id, Buffer.from('x'))).rejects.toMatchObject({ reason: 'service.unavailable' })
    expect(await readdir(join(directory, 'broken', 'unfinished'))).toEqual([])
    await expect(storage.get(id)).rejects.toMatchObject({ reason: 'service.unavailable' })
  })

  test('the bytes on disk are the bytes given', async () => {
    const storage = await openHere('plain')
    const id = randomUUID()
    await storage.put(id, Buffer.from('sealed'))
    expect(await readFile(join(directory, 'plain', ...placeOf(id)), 'utf8')).toBe('sealed')
  })
})

describe('S3', () => {
  test('a wrong secret, an unknown bucket and an address that is not allowed are unavailable, not absent', async () => {
    const id = randomUUID()
    const wrong = [
      onS3({ secretAccessKey: 'other' }),
      onS3({ bucket: 'none' }),
      onS3({ endpoint: 'http://10.0.0.1' }),
    ]
    for (const settings of wrong) {
      const storage = await createStorage(settings, guardedFetch)
      await expect(storage.get(id)).rejects.toMatchObject({ reason: 'service.unavailable' })
      await expect(storage.check()).rejects.toMatchObject({ reason: 'service.unavailable' })
    }
  })

  test('an answer that passes is tried again, one that stays is not', async () => {
    const storage = await createStorage(onS3(), guardedFetch)
    const id = randomUUID()
    s3.failures.push(503, 0)
    await storage.put(id, Buffer.from('x'))
    expect((await storage.get(id))?.toString()).toBe('x')
    s3.calls.length = 0
    s3.failures.push(400)
    await expect(storage.get(id)).rejects.toMatchObject({ reason: 'service.unavailable' })
    expect(s3.calls).toHaveLength(1)
  })
})
