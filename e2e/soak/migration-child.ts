import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { RunResult } from '@drawbridge/migrate'
import type { MigrationOrder, MigrationWord } from '../migrate-process.ts'

/** How a migration process ended: killed, or by itself with what its run came to. */
export interface MigrationEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly result: RunResult | null
}

/** A migration in a process of its own. */
export interface MigrationChild {
  readonly child: ChildProcess
  readonly ended: Promise<MigrationEnd>
}

const script = join(import.meta.dirname, '..', 'migrate-process.ts')

/** Starts a migration, or its next start; `called` is told of each answered write. */
export function startMigration(
  order: MigrationOrder,
  hear: { called?: () => void; effects?: (effects: number) => void } = {},
): MigrationChild {
  const child = fork(script, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  let result: RunResult | null = null
  child.on('message', (word: MigrationWord) => {
    if ('called' in word) hear.called?.()
    else if ('effects' in word) hear.effects?.(word.effects)
    else result = word.result
  })
  // Killed before it could be told what to do: its end says so.
  child.send(order, () => undefined)
  return { child, ended: endOf(child, () => result) }
}

async function endOf(child: ChildProcess, result: () => RunResult | null): Promise<MigrationEnd> {
  // Words may still be on their way when the process has ended; the channel closes after the last.
  const [[code, signal]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')])
  return { code, signal, result: result() }
}
