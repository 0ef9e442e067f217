import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { lockedPackagesPresent } from './install.mjs'
import { withLock } from './lock.mjs'
import { findNode, runsTypeScript } from './runtime.mjs'
import { temporaryTree } from './temporary-tree.ts'

const here = import.meta.dirname

describe('the Node that runs the project', () => {
  it.each([
    ['20.20.2', false],
    ['22.17.1', false],
    ['22.18.0', true],
    ['23.0.0', true],
    ['24.1.0', true],
  ])('version %s runs TypeScript: %s', (version, expected) => {
    expect(runsTypeScript(version)).toBe(expected)
  })

  it('is the one installed with the project, before the one that is running', () => {
    const installed = `node_modules/node-${process.platform}-${process.arch}/bin/node`
    using tree = temporaryTree({ [installed]: '' })
    using bare = temporaryTree({})
    expect(findNode(tree.root)).toBe(path.join(tree.root, installed))
    expect(findNode(bare.root)).toBe(process.execPath)
  })
})

describe('what is installed', () => {
  const elsewhere = process.platform === 'darwin' ? 'linux' : 'darwin'
  const wanted = {
    '': { name: 'project' },
    schema: { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/for-others': { version: '1.0.0', optional: true, os: [elsewhere] },
    'node_modules/for-us': { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] },
    'node_modules/fallback': { version: '1.0.0', optional: true },
  }
  const present = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/for-us': { version: '1.0.0' } }
  const project = (packages: object) =>
    temporaryTree({
      'package-lock.json': JSON.stringify({ packages: wanted }),
      'node_modules/.package-lock.json': JSON.stringify({ packages }),
      'node_modules/a/package.json': '{}',
      'node_modules/for-us/package.json': '{}',
    })

  it('is complete without the packages for other machines', () => {
    using tree = project(present)
    expect(lockedPackagesPresent(tree.root)).toBe(true)
  })

  it.each([
    ['a package', { 'node_modules/for-us': { version: '1.0.0' } }],
    ['an optional package for this machine', { 'node_modules/a': { version: '1.0.0' } }],
    ['the right version', { ...present, 'node_modules/a': { version: '1.0.1' } }],
  ])('is incomplete without %s', (_what, packages) => {
    using tree = project(packages)
    expect(lockedPackagesPresent(tree.root)).toBe(false)
  })

  it('is incomplete where npm never ran', () => {
    using tree = temporaryTree({ 'package-lock.json': JSON.stringify({ packages: wanted }) })
    expect(lockedPackagesPresent(tree.root)).toBe(false)
  })
})

describe('the lock of the installation', () => {
  const quiet = () => undefined

  it('lets one at a time work, and all in the end', async () => {
    using tree = temporaryTree({})
    let inside = 0
    let most = 0
    const work = async () => {
      inside += 1
      most = Math.max(most, inside)
      await sleep(20)
      inside -= 1
    }
    const lock = path.join(tree.root, 'cache', 'install.lock')
    await Promise.all([withLock(lock, quiet, work), withLock(lock, quiet, work), withLock(lock, quiet, work)])
    expect(most).toBe(1)
    expect(existsSync(lock)).toBe(false)
  })

  it('is taken over from a holder that was killed', async () => {
    using tree = temporaryTree({ 'install.lock/holder': 'a process that is gone' })
    const lock = path.join(tree.root, 'install.lock')
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(lock, longAgo, longAgo)
    expect(await withLock(lock, quiet, async () => 'worked')).toBe('worked')
  })

  it('is given back when the work fails', async () => {
    using tree = temporaryTree({})
    const lock = path.join(tree.root, 'install.lock')
    await expect(withLock(lock, quiet, () => Promise.reject(new Error('no space')))).rejects.toThrow(
      'no space',
    )
    expect(existsSync(lock)).toBe(false)
  })
})

describe('a program run in the place of the start script', () => {
  /** Runs `run-child.mjs` over a small program and sends a signal when the program says it is ready. */
  async function run(
    program: string,
    signal?: NodeJS.Signals,
  ): Promise<{ code: number | null; output: string }> {
    using tree = temporaryTree({ 'program.mjs': program })
    const caller = `import { runChild } from ${JSON.stringify(path.join(here, 'run-child.mjs'))}
process.exitCode = await runChild(process.execPath, [${JSON.stringify(path.join(tree.root, 'program.mjs'))}], {})`
    writeFileSync(path.join(tree.root, 'caller.mjs'), caller)
    const child = spawn(process.execPath, [path.join(tree.root, 'caller.mjs')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (signal && output === 'ready\n') child.kill(signal)
    })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, output }
  }

  it('hands on the exit code', async () => {
    expect(await run('process.exitCode = 42')).toEqual({ code: 42, output: '' })
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('receives %s once and may end in its own way', async (signal) => {
    const program = `let times = 0
process.on('${signal}', () => { times += 1; setTimeout(() => { console.log(times); process.exit(3) }, 200) })
setInterval(() => {}, 1000)
console.log('ready')`
    expect(await run(program, signal)).toEqual({ code: 3, output: 'ready\n1\n' })
  })

  it('that died of a signal is reported as a shell reports it', async () => {
    expect(await run("process.kill(process.pid, 'SIGKILL')")).toEqual({ code: 137, output: '' })
  })
})

describe('the entrance', () => {
  it('names its tasks to who asks for another', async () => {
    const child = spawn(process.execPath, [path.join(here, 'start.mjs'), 'bogus'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    expect(code).toBe(2)
    expect(said).toContain('demo, verify, check, test, soak, bench')
  })

  it('says what to do when the registry cannot be reached', async () => {
    using tree = temporaryTree({
      'package.json': JSON.stringify({
        name: 'project',
        version: '1.0.0',
        dependencies: { 'a-package': '1.0.0' },
      }),
      'package-lock.json': JSON.stringify({
        name: 'project',
        version: '1.0.0',
        lockfileVersion: 3,
        packages: {
          '': { name: 'project', version: '1.0.0', dependencies: { 'a-package': '1.0.0' } },
          'node_modules/a-package': { version: '1.0.0' },
        },
      }),
      '.npmrc': 'registry=http://127.0.0.1:9/\nfetch-retries=0\n',
    })
    mkdirSync(path.join(tree.root, 'scripts'))
    for (const file of ['start.mjs', 'install.mjs', 'lock.mjs', 'run-child.mjs', 'runtime.mjs'])
      writeFileSync(path.join(tree.root, 'scripts', file), readFileSync(path.join(here, file)))
    const child = spawn(process.execPath, [path.join(tree.root, 'scripts/start.mjs'), 'check'], {
      env: { PATH: process.env.PATH, HOME: tree.root },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    expect(await new Promise<number | null>((resolve) => child.once('close', resolve))).toBe(1)
    expect(said).toContain('The package registry cannot be reached')
  })
})
