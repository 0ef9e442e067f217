import { join } from 'node:path'
import { workDirectory } from '../check.ts'
import { parseCrash } from '../ledger/crash-point.ts'
import { openProject } from '../project.ts'
import { progressLine } from '../run/progress.ts'
import type { RampStep } from '../run/ramp.ts'
import { type RunResult, runMigration } from '../run/run-migration.ts'
import { connect } from './connect.ts'
import { describeRun } from './describe-run.ts'
import { type CommandIo, checkLine, exitCodes, ProgressLine } from './io.ts'
import { runSourceOf } from './plan-facts.ts'

export interface RunFlags {
  json?: boolean
  ramp?: readonly RampStep[]
  /** Seconds. */
  settle?: number
}

/** `drawbridge migrate run`: migrates, or goes on where an earlier start ended. */
export async function runCommand(io: CommandIo, directory: string, flags: RunFlags): Promise<void> {
  const line = new ProgressLine(io)
  const project = await openProject(directory, (progress) => line.show(checkLine(progress)))
  line.end()
  const connection = await connect(project, io.err).catch((error: unknown) => {
    project.close()
    throw error
  })
  const drain = drainOnInterrupt(io, directory)
  try {
    const result = await runMigration({
      workDirectory: join(project.directory, workDirectory),
      source: await runSourceOf(project),
      target: connection.target,
      account: connection.account,
      useKeys: connection.useKeys,
      signal: drain.signal,
      crash: parseCrash(io.crashAt),
      onProgress: (progress) => line.show(progressLine(progress)),
      ...(flags.ramp === undefined ? {} : { ramp: flags.ramp }),
      ...(flags.settle === undefined ? {} : { settleMs: flags.settle * 1_000 }),
    })
    line.end()
    io.out(flags.json === true ? `${JSON.stringify(result)}\n` : describeRun(result, directory))
    io.setExitCode(exitCodeOf(result))
  } finally {
    drain.end()
    await connection.target.close()
    project.close()
  }
}

function exitCodeOf({ state, clients }: RunResult): number {
  if (state === 'interrupted') return exitCodes.interrupted
  if (state === 'stopped') return exitCodes.failed
  return state === 'unsettled' || clients.partial + clients.failed > 0 ? exitCodes.person : exitCodes.done
}

/** Ctrl-C once drains and says so; twice stops at once. Either way the next start goes on. */
export function drainOnInterrupt(io: CommandIo, directory: string): { signal: AbortSignal; end: () => void } {
  const drain = new AbortController()
  const end = io.onInterrupt(() => {
    const resume = `Go on later with: drawbridge migrate run ${directory}\n`
    if (drain.signal.aborted) {
      io.err(`\nStopped at once. Nothing acknowledged is lost. ${resume}`)
      io.exitNow(exitCodes.interrupted)
      return
    }
    io.err('\nDraining: what is under way ends first. Ctrl-C again stops at once.\n')
    drain.abort()
  })
  return { signal: drain.signal, end }
}
