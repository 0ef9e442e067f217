import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildClient } from './build.ts'

const run = promisify(execFile)
const scratch = mkdtempSync(path.join(tmpdir(), 'client-package-'))
const shop = path.join(scratch, 'shop')
const id = '0d3a8f6e-5f5e-4a0d-9a51-2d7b1c3e4f50'

const program = `
import { ApiError, createClient } from '@drawbridge/client'
import { CreateProfile, GetProfile } from '@drawbridge/client/schema/profile'

const client = createClient({ url: process.argv[2], apikey: 'key-4711' })
const body = { role: 'INDIVIDUAL_CUSTOMER', collected_data: { entity_type: 'INDIVIDUAL' } }
const created = await client.call(CreateProfile, { body }, { idempotencyKey: 'effect-1' })
const refused = await client.call(GetProfile, { profile_id: created.body.id }).catch((error) => error)
console.log(JSON.stringify({
  node: process.versions.node,
  id: created.body.id,
  refused: refused instanceof ApiError && [refused.status, refused.outcome, refused.reason],
}))
`

/** The Nodes of this machine, one of each major version: the running one, and what else is on the PATH. */
function nodesHere(): string[] {
  const places = (process.env.PATH ?? '').split(path.delimiter).map((folder) => path.join(folder, 'node'))
  const found = [process.execPath, ...places.filter((place) => existsSync(place))]
  const byMajor = new Map<string, string>()
  for (const place of found) {
    const version = spawnSync(place, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout.trim()
    const major = version.split('.')[0] ?? ''
    if (Number(major) >= 20 && !byMajor.has(major)) byMajor.set(major, place)
  }
  return [...byMajor.values()]
}

beforeAll(async () => {
  const folder = path.join(scratch, 'package')
  buildClient(folder)
  await run('npm', ['pack', '--pack-destination', scratch], { cwd: folder })
  const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? 'no tarball'
  const zod = path.dirname(fileURLToPath(import.meta.resolve('zod/package.json')))
  const dependencies = { '@drawbridge/client': `file:../${tarball}`, zod: `file:${zod}` }
  mkdirSync(shop)
  writeFileSync(
    path.join(shop, 'package.json'),
    JSON.stringify({ type: 'module', private: true, dependencies }),
  )
  writeFileSync(path.join(shop, 'main.js'), program)
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: shop })
})

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

test('the packed client, installed elsewhere, calls a real server on every Node of this machine', async () => {
  let failures = 0
  const server = createServer((request, response) => {
    request.resume()
    if (request.method === 'GET')
      response.writeHead(404).end('{"errors":[{"code":201,"info":{"reason":"profile.unknown"}}]}')
    else if (failures++ % 2 === 0) response.writeHead(503).end()
    else response.writeHead(200).end(JSON.stringify({ id }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    for (const node of nodesHere()) {
      const { stdout } = await run(node, ['main.js', url], { cwd: shop })
      expect(JSON.parse(stdout)).toMatchObject({ id, refused: [404, 'known-no', 'profile.unknown'] })
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test.skipIf(
  !nodesHere().some((node) => spawnSync(node, ['-v'], { encoding: 'utf8' }).stdout.startsWith('v20.')),
)('the packed client loads on Node 20, which is not on every machine', async () => {
  const node20 = nodesHere().find((node) =>
    spawnSync(node, ['-v'], { encoding: 'utf8' }).stdout.startsWith('v20.'),
  )
  const load = `import('@drawbridge/client').then((client) => console.log(typeof client.createClient))`
  const { stdout } = await run(node20 ?? 'no Node 20', ['-e', load], { cwd: shop })
  expect(stdout.trim()).toBe('function')
})

test('the types of the package are whole: a program that misuses an operation does not compile', async () => {
  const config = {
    compilerOptions: { module: 'nodenext', strict: true, noEmit: true, target: 'es2022', types: [] },
  }
  writeFileSync(
    path.join(shop, 'tsconfig.json'),
    JSON.stringify({ ...config, files: ['right.ts', 'wrong.ts'] }),
  )
  const head = `import { createClient } from '@drawbridge/client'
import { AddTag } from '@drawbridge/client/schema/tag'
const client = createClient({ url: 'http://localhost', apikey: 'k' })
`
  writeFileSync(
    path.join(shop, 'right.ts'),
    `${head}export const name: string = (await client.call(AddTag, { profile_id: '', body: { name: '' } })).body.name\n`,
  )
  writeFileSync(
    path.join(shop, 'wrong.ts'),
    `${head}await client.call(AddTag, { profile_id: '', body: { nmae: '' } })\n`,
  )
  const compiler = path.join(
    path.dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))),
    'bin',
    'tsc',
  )
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', shop], { encoding: 'utf8' })
  expect(stdout).toContain('nmae')
  expect(stdout).not.toContain('right.ts')
})

test('the package holds no test and asks for nothing but zod', () => {
  const inside = path.join(shop, 'node_modules', '@drawbridge', 'client')
  const own = JSON.parse(readFileSync(path.join(inside, 'package.json'), 'utf8'))
  expect(Object.keys(own.dependencies)).toStrictEqual(['zod'])
  expect(own.version).toBe(
    JSON.parse(readFileSync(path.join(import.meta.dirname, 'package.json'), 'utf8')).version,
  )
  const names = readdirSync(inside, { recursive: true }).map(String)
  expect(names).toContain('LICENSE')
  expect(names.filter((name) => /test|node_modules/.test(name))).toStrictEqual([])
})
