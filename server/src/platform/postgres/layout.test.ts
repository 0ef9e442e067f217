import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseSocketDirectory, explainFileError } from './layout.ts'
import { parsePostmaster } from './process.ts'
import { mayEnter } from './server-user.ts'
import { settingsText } from './settings.ts'

const user = { uid: 65_534, gid: 65_534 }

describe('who may pass through a directory', () => {
  test('is decided by the first of owner, group and others that fits, as the kernel does', () => {
    expect(mayEnter({ uid: 65_534, gid: 0, mode: 0o700 }, user)).toBe(true)
    expect(mayEnter({ uid: 65_534, gid: 0, mode: 0o077 }, user)).toBe(false)
    expect(mayEnter({ uid: 0, gid: 65_534, mode: 0o710 }, user)).toBe(true)
    expect(mayEnter({ uid: 0, gid: 65_534, mode: 0o701 }, user)).toBe(false)
    expect(mayEnter({ uid: 0, gid: 0, mode: 0o701 }, user)).toBe(true)
    expect(mayEnter({ uid: 0, gid: 0, mode: 0o750 }, user)).toBe(false)
  })

  test('is never decided by the right to read or write', () => {
    const mode = fc.integer({ min: 0, max: 0o777 })
    fc.assert(
      fc.property(mode, fc.constantFrom(0, 65_534), fc.constantFrom(0, 65_534), (bits, uid, gid) => {
        expect(mayEnter({ uid, gid, mode: bits & 0o666 }, user)).toBe(false)
        expect(mayEnter({ uid, gid, mode: bits | 0o111 }, user)).toBe(true)
      }),
    )
  })
})

describe('the directory of the socket', () => {
  test('makes an address of at most 103 bytes, whatever the paths', () => {
    const path = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }).map((name) => `/${name}`)
    fc.assert(
      fc.property(path, path, (version, temporary) => {
        const directory = chooseSocketDirectory(version, temporary)
        expect(Buffer.byteLength(`${directory}/.s.PGSQL.5432`)).toBeLessThanOrEqual(103)
      }),
    )
  })

  test('is another one for another home', () => {
    const [one, two] = ['a', 'b'].map((name) => chooseSocketDirectory(`/${name.repeat(200)}`, '/tmp'))
    expect(one).not.toBe(two)
  })
})

describe('the settings', () => {
  const settings = (memoryBytes: number, segmentBytes = 2 ** 30) =>
    settingsText({ memoryBytes, segmentBytes, socketDirectory: "/it's/here", logDirectory: '/log' })

  test('keep parallel queries off the small shared memory of a container', () => {
    expect(settings(2 ** 31, 64 * 2 ** 20)).toContain("dynamic_shared_memory_type = 'mmap'")
    expect(settings(2 ** 31)).toContain("dynamic_shared_memory_type = 'posix'")
  })

  test('keep statements, values and details out of the log, and every write durable', () => {
    const text = settings(2 ** 31)
    for (const line of [
      "log_min_messages = 'log'",
      "log_error_verbosity = 'terse'",
      "log_min_error_statement = 'panic'",
      "log_statement = 'none'",
      "log_parameter_max_length_on_error = '0'",
      "fsync = 'on'",
      "synchronous_commit = 'on'",
      "listen_addresses = ''",
      `unix_socket_directories = '"/it''s/here"'`,
    ]) {
      expect(text).toContain(`${line}\n`)
    }
  })

  test('leave most of the memory to others on every machine', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2 ** 28, max: 2 ** 42 }), (memoryBytes) => {
        const megabytes = Number(/shared_buffers = '(\d+)MB'/.exec(settings(memoryBytes))?.[1])
        expect(megabytes).toBeGreaterThanOrEqual(32)
        expect(megabytes * 2 ** 20).toBeLessThanOrEqual(memoryBytes / 4)
      }),
    )
  })
})

describe('postmaster.pid', () => {
  test('that is only partly written, or not at all, names no server', () => {
    const whole = '4711\n/data\n1700000000\n5432\n/run\n\n  1234 5\nready   \n'
    expect(parsePostmaster(whole)).toEqual({
      pid: 4711,
      dataDirectory: '/data',
      socketDirectory: '/run',
      status: 'ready',
    })
    for (const text of ['', '\n', '4711', 'x\n/data\n', '-1\n/data\n', '0\n/data\n']) {
      expect(parsePostmaster(text)).toBeUndefined()
    }
  })
})

test('a full disk and a read-only one are told apart, and other errors pass unchanged', () => {
  const errorOf = (code: string) => Object.assign(new Error(code), { code })
  expect(explainFileError(errorOf('ENOSPC'), '/home')).toMatchObject({
    message: expect.stringMatching(/disk is full/),
  })
  expect(explainFileError(errorOf('EROFS'), '/home')).toMatchObject({
    message: expect.stringMatching(/read-only/),
  })
  const other = errorOf('EIO')
  expect(explainFileError(other, '/home')).toBe(other)
})
