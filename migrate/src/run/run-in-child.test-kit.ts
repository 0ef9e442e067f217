import { type CrashPoint, crashAt } from '../ledger/crash-point.ts'
import { fakeSource } from './fake-source.test-kit.ts'
import { runMigration } from './run-migration.ts'
import type { Target } from './target.ts'

/** What the parent of a test's child process sends to start it. */
export interface ChildOrder {
  directory: string
  clients: number
  point: CrashPoint
  nth: number
  segmentBytes: number
}

/** A run in a process of its own, so that it can be killed: its target is the parent's, reached by messages. */
const pending = new Map<number, (reply: unknown) => void>()
let calls = 0

const remote = new Proxy({} as Target, {
  get:
    (_target, method: string) =>
    (...parameters: unknown[]) =>
      new Promise((resolve) => {
        calls += 1
        pending.set(calls, resolve)
        process.send?.({ call: calls, method, parameters })
      }),
})

process.on('message', (message: { reply?: number; value?: unknown; order?: ChildOrder }) => {
  if (message.reply !== undefined) pending.get(message.reply)?.(message.value)
  if (message.order !== undefined) void work(message.order)
})

async function work(order: ChildOrder): Promise<void> {
  const result = await runMigration({
    workDirectory: order.directory,
    source: fakeSource(order.clients, order.directory),
    target: remote,
    account: { institution_id: 'i', institution: 'Bank', environment: 'demo', url: 'x' },
    ramp: [{ after: 0, workers: 5 }],
    segmentBytes: order.segmentBytes,
    crash: crashAt(order.point, order.nth),
  })
  process.send?.({ result })
  process.disconnect()
}
