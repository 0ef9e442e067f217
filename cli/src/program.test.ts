import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runProgram } from './program.ts'
import { serverCommands } from './server-commands.ts'

/** What the program does with these words, without doing it. */
async function typed(...args: string[]) {
  const said = { out: '', err: '' }
  const server: string[][] = []
  const migrate: string[][] = []
  const code = await runProgram(args, {
    version: '1.2.3',
    runServer: (words) => server.push([...words]),
    runMigrate: async (words) => {
      migrate.push([...words])
      return 3
    },
    out: (text) => {
      said.out += text
    },
    err: (text) => {
      said.err += text
    },
  })
  return { code, server, migrate, ...said }
}

test('every command explains itself with an example of its own', async () => {
  for (const { name } of serverCommands) {
    const { code, out, server } = await typed(name, '--help')
    expect([code, server], name).toEqual([0, []])
    expect(out).toMatch(new RegExp(`Example:\n {2}drawbridge ${name}`))
  }
  expect((await typed('--help')).out).toContain('Example:\n  drawbridge serve')
  expect((await typed('--version')).out).toBe('1.2.3\n')
})

test('what was typed reaches the server unchanged', async () => {
  const words = ['keys', 'issue', '--name', 'core banking', '--environment=live', '--json']
  expect(await typed(...words)).toMatchObject({ code: 0, server: [words] })
})

test('a migration is handed everything after its name, and its exit code is passed on', async () => {
  expect(await typed('migrate', 'run', './bank', '--ramp', '0:1')).toMatchObject({
    code: 3,
    migrate: [['run', './bank', '--ramp', '0:1']],
  })
  expect(await typed('help', 'migrate', 'run')).toMatchObject({ migrate: [['help', 'run']] })
})

test('a setting that the guide names as a flag of every command is taken by every command', async () => {
  for (const { name, parameters } of serverCommands) {
    const act = parameters === '' ? [] : ['list']
    const words = [name, ...act, '--home', './bank', '--database-url', 'postgres://127.0.0.1/bank']
    expect(await typed(...words), name).toMatchObject({ code: 0, server: [words] })
  }
})

test('wrong usage is exit code 2, says what is wrong, and starts nothing', async () => {
  for (const words of [['bakup'], ['backup', '--too', 'x'], ['keys'], ['serve', 'now'], []]) {
    const { code, err, server } = await typed(...words)
    expect([code, server], words.join(' ')).toEqual([2, []])
    expect(err).not.toBe('')
  }
})

test('the server knows every option that is offered here', () => {
  const main = readFileSync(join(import.meta.dirname, '../../server/src/main.ts'), 'utf8')
  for (const { name, options } of serverCommands) {
    expect(main).toMatch(new RegExp(`\\b'?${name}'?[,:]`))
    for (const [flags] of options) expect(main).toContain(`'${/--([a-z0-9-]+)/.exec(flags)?.[1]}'`)
  }
})

test('the server takes the place of the command: one process, its exit code', () => {
  const program = join(import.meta.dirname, '../bin/drawbridge.mjs')
  const { status, stderr } = spawnSync(process.execPath, [program, 'backup', '--home', '/nonexistent/home'], {
    encoding: 'utf8',
  })
  expect(stderr).toContain('drawbridge backup --to FILE|DIRECTORY')
  expect(status).toBe(2)
})
