import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  appRolePassword,
  localKeyEncryption,
  ownerRolePassword,
  parseKeys,
  readKeyEncryptionKeys,
} from './key-encryption.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drawbridge-kek-'))
})

afterEach(async () => {
  await rm(home, { recursive: true })
})

test('the first start makes a key file that only its owner may read, later starts read the same key', async () => {
  const [first] = await readKeyEncryptionKeys({ home })
  const [second] = await readKeyEncryptionKeys({ home })
  expect(first?.length).toBe(32)
  expect(second?.equals(first ?? Buffer.alloc(0))).toBe(true)
  expect((await stat(join(home, 'secrets', 'kek'))).mode & 0o777).toBe(0o600)
  expect((await stat(join(home, 'secrets'))).mode & 0o777).toBe(0o700)
})

test('many first starts at once agree on one key and leave no draft behind', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => readKeyEncryptionKeys({ home })))
  expect(new Set(all.map((keys) => keys[0]?.toString('hex'))).size).toBe(1)
  expect(await readdir(join(home, 'secrets'))).toEqual(['kek'])
})

test('the environment comes before the file, and makes none', async () => {
  const [key, older] = [randomBytes(32), randomBytes(32)]
  const text = `${key.toString('base64')}, ${older.toString('base64')}`
  expect(await readKeyEncryptionKeys({ home, text })).toEqual([key, older])
  const file = join(home, 'mine')
  await writeFile(file, `${older.toString('base64')}\n`)
  expect(await readKeyEncryptionKeys({ home, file })).toEqual([older])
  expect(await readdir(home)).toEqual(['mine'])
  await expect(readKeyEncryptionKeys({ home, file, text })).rejects.toThrow('set one of them')
})

test('a bad key is named by its place and never shown', () => {
  const good = randomBytes(32).toString('base64')
  expect(() => parseKeys(`${good} hunter2`, 'DRAWBRIDGE_KEK')).toThrow(
    /^DRAWBRIDGE_KEK: key 2 of 2 is not 32 bytes in base64$/,
  )
  expect(() => parseKeys(' ', '/etc/kek')).toThrow('/etc/kek holds no key-encryption key')
})

test('an older key still unwraps after a new one was put first, and a missing one is asked for by its id', async () => {
  const [older, newer] = [randomBytes(32), randomBytes(32)]
  const cell = { account: 'a', table: 'account_key', column: 'wrapped', row: 'data/1' }
  const before = localKeyEncryption([older])
  const { kekId, wrapped } = await before.wrap(Buffer.alloc(32, 1), cell)
  const during = localKeyEncryption([newer, older])
  expect(during.currentId).not.toBe(before.currentId)
  expect(await during.unwrap(kekId, wrapped, cell)).toEqual(Buffer.alloc(32, 1))
  await expect(localKeyEncryption([newer]).unwrap(kekId, wrapped, cell)).rejects.toThrow(
    `Key-encryption key ${kekId} is needed`,
  )
})

test('the passwords of the roles differ from each other and from the key, and are the same on every node', async () => {
  const [key] = await readKeyEncryptionKeys({ home })
  const secret = key ?? Buffer.alloc(0)
  const text = await readFile(join(home, 'secrets', 'kek'), 'utf8')
  expect(appRolePassword(secret)).toBe(appRolePassword(Buffer.from(text, 'base64')))
  expect(
    new Set([appRolePassword(secret), ownerRolePassword(secret), secret.toString('base64url')]).size,
  ).toBe(3)
})
