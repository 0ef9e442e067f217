import { setTimeout as sleep } from 'node:timers/promises'
import { openPlatform } from '../open-platform.ts'
import { createLogger } from '../platform/log.ts'
import type { Settings } from '../settings.ts'
import { type Running, startNode } from '../start-node.ts'

const lameDuckMs = 200

/**
 * Serves until it is told to stop. SIGTERM and SIGINT drain and end with 0 within 10 s; a second signal ends at
 * once, which loses nothing that was acknowledged.
 */
export async function serve(settings: Settings): Promise<number> {
  const log = createLogger({ level: settings.logLevel })
  const platform = await openPlatform(settings, log)
  const node = await startNode(platform)
  process.stderr.write(`Drawbridge serves ${node.url} (home ${settings.home})\n`)
  await untilStopped()
  // A request that was sent before its sender could know of the signal is still served.
  await sleep(lameDuckMs)
  await stopWithin(node, 10_000)
  return 0
}

async function untilStopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = false
  const ask = () => {
    if (asked) process.exit(130)
    asked = true
    resolve()
  }
  process.on('SIGTERM', ask)
  process.on('SIGINT', ask)
  return promise
}

async function stopWithin(node: Running, ms: number): Promise<void> {
  const deadline = setTimeout(() => process.exit(0), ms - 500)
  await node.stop()
  clearTimeout(deadline)
}
