import { EventEmitter } from 'node:events'
import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import type { FastifyReply } from 'fastify'
import { expect, test } from 'vitest'
import { makePerson, reasonOf } from '../../../test/cases.ts'
import { startTestServer } from '../../../test/server.ts'
import { Fault } from '../fault.ts'
import { bodyLimits } from './body.ts'
import { ByteBudget } from './byte-budget.ts'
import { createBodyMemory } from './memory.ts'

test('what is held never goes beyond a bound, and all of it comes back', () => {
  const asks = fc.array(
    fc.record({ account: fc.constantFrom('a', 'b', 'c'), bytes: fc.integer({ min: 1, max: 50 }) }),
  )
  fc.assert(
    fc.property(asks, (asked) => {
      const budget = new ByteBudget({ total: 100, perAccount: 60 })
      const taken = asked.filter(({ account, bytes }) => budget.take(account, bytes))
      const sum = (of: typeof taken) => of.reduce((total, { bytes }) => total + bytes, 0)
      expect(sum(taken)).toBeLessThanOrEqual(100)
      for (const account of ['a', 'b', 'c'])
        expect(sum(taken.filter((one) => one.account === account))).toBeLessThanOrEqual(60)
      for (const { account, bytes } of taken) budget.release(account, bytes)
      for (const account of ['a', 'b']) expect(budget.take(account, 50)).toBe(true)
    }),
  )
})

const patience = { timeout: 10_000 }

/** Begins an upload of the largest size and sends nothing of it. */
async function beginUpload(url: string, path: string, key: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const head = `POST ${path}/files HTTP/1.1\r\nHost: x\r\napikey: ${key}\r\nContent-Type: application/json\r\n`
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.write(`${head}Content-Length: ${bodyLimits.file}\r\n\r\n{`, resolve))
  return socket
}

test('one key with many slow uploads is refused further ones, others are served, and its end gives the room back', async () => {
  const server = await startTestServer()
  const { path } = await makePerson(server)
  const add = (key: string) => server.ask('POST', `${path}/tags`, { key, body: { name: 'A'.repeat(20_000) } })
  const reasonOfAdd = async () => reasonOf(await add(server.demo.key))
  const sockets: Socket[] = []
  for (let count = 0; count < 4; count += 1)
    sockets.push(await beginUpload(server.url, path, server.demo.key))
  await expect.poll(reasonOfAdd, patience).toBe('service.busy')
  expect((await add(server.demo.key)).headers.get('retry-after')).toBe('1')
  expect(reasonOf(await add(server.live.key))).toBe('request.invalid-field')
  expect((await server.ask('POST', `${path}/tags`, { body: { name: 'small' } })).status).toBe(200)
  for (const socket of sockets) socket.destroy()
  await expect.poll(reasonOfAdd, patience).toBe('request.invalid-field')
  await server.close()
})

test('large replies that nobody takes are bounded, and small ones are never held back', () => {
  const memory = createBodyMemory()
  const replies = Array.from({ length: 5 }, () => ({ raw: new EventEmitter() }) as unknown as FastifyReply)
  const [last, ...first] = replies
  for (const reply of first) memory.admitReply('account', reply, bodyLimits.file)
  const admitLast = () => memory.admitReply('account', last as FastifyReply, bodyLimits.file)
  expect(admitLast).toThrow(Fault)
  memory.admitReply('account', last as FastifyReply, 10_000)
  memory.admitReply('another', last as FastifyReply, bodyLimits.file)
  first[0]?.raw.emit('close')
  expect(admitLast).not.toThrow()
})
