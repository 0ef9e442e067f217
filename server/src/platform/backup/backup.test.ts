import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logFiles } from './copy-database.ts'
import { authenticate, backupFormat, type Header, isAuthentic, isSafeName, refusalOf } from './manifest.ts'

const header: Header = {
  format: backupFormat,
  id: '0193f6a0-0000-7000-8000-000000000001',
  madeAt: '2026-11-20T17:00:00.000Z',
  migration: 5,
  database: 'embedded',
  files: 'disk',
  postgresMajor: 18,
  authentication: { kekId: 'a', wrapped: '' },
  superuserPassword: null,
}
const here = {
  now: new Date('2026-11-21T17:00:00.000Z'),
  daysMax: 30,
  allowOld: false,
  migration: 5,
  postgresMajor: 18,
  external: false,
  files: 'disk' as const,
}

test('a backup is restored into what it was made of, and refused anywhere else', () => {
  expect(refusalOf(header, here)).toBeUndefined()
  expect(refusalOf({ ...header, migration: 4 }, here)).toBeUndefined()
  expect(refusalOf({ ...header, migration: 6 }, here)).toContain('newer release')
  expect(refusalOf({ ...header, postgresMajor: 17 }, here)).toContain('PostgreSQL 17')
  expect(refusalOf(header, { ...here, external: true })).toContain('DATABASE_URL')
  expect(refusalOf({ ...header, database: 'external' }, here)).toContain('DATABASE_URL')
  expect(refusalOf({ ...header, database: 'external' }, { ...here, external: true })).toBeUndefined()
  expect(refusalOf({ ...header, files: 's3' }, here)).toContain('bucket')
  expect(refusalOf(header, { ...here, files: 's3' })).toContain('bucket')
})

test('a backup older than erasure certificates promise is refused, unless it is asked for', () => {
  const later = { ...here, now: new Date('2026-12-20T17:00:00.001Z') }
  expect(refusalOf(header, { ...here, now: new Date('2026-12-20T17:00:00.000Z') })).toBeUndefined()
  expect(refusalOf(header, later)).toContain('--allow-old')
  expect(refusalOf(header, { ...later, allowOld: true })).toBeUndefined()
  expect(refusalOf(header, { ...later, daysMax: 31 })).toBeUndefined()
})

test('no name of an entry leads out of the home', () => {
  for (const name of ['database/base/1/1259', 'files/ab/cd/x', 'secrets/checkpoint-key', 'files'])
    expect(isSafeName(name), name).toBe(true)
  for (const name of [
    '/etc/passwd',
    'files/../../x',
    'files/..',
    'other/x',
    '',
    'files//x',
    'files/./x',
    'files/a\\b',
  ])
    expect(isSafeName(name), name).toBe(false)
})

test('a manifest changed in one byte, or under another key, is not authentic', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 })
  fc.assert(
    fc.property(bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (content, at, difference) => {
      const [key, manifest] = [Buffer.alloc(32, 1), Buffer.from(content)]
      const hmac = authenticate(key, manifest)
      expect(isAuthentic(key, manifest, hmac)).toBe(true)
      expect(isAuthentic(Buffer.alloc(32, 2), manifest, hmac)).toBe(false)
      const index = at % manifest.length
      const changed = Buffer.from(manifest.with(index, (manifest[index] ?? 0) ^ difference))
      expect(isAuthentic(key, changed, hmac)).toBe(false)
    }),
  )
})

test('the log leads from the first file to the last, across the end of a part', () => {
  expect(logFiles('0000000100000000000000FE', '000000010000000100000001')).toEqual([
    '0000000100000000000000FE',
    '0000000100000000000000FF',
    '000000010000000100000000',
    '000000010000000100000001',
  ])
  expect(() => logFiles('000000010000000000000002', '000000010000000000000001')).toThrow('No log leads')
  expect(() => logFiles('000000010000000000000001', '000000020000000000000002')).toThrow('No log leads')
})
