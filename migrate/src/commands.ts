import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { type CommandIo, exitCodes } from './command/io.ts'
import {
  checkCommand,
  forecastCommand,
  reconcileCommand,
  reportCommand,
  statusCommand,
} from './command/look-commands.ts'
import { runCommand } from './command/run-command.ts'
import type { RampStep } from './run/ramp.ts'

/** What a newcomer types one after another. */
const orderOfCommands = `
In this order, on a directory with a migration.yaml:
  drawbridge migrate check ./old-mill-bank
  drawbridge migrate forecast ./old-mill-bank
  drawbridge migrate run ./old-mill-bank
  drawbridge migrate reconcile ./old-mill-bank
  drawbridge migrate report ./old-mill-bank

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 needs a person, 130 interrupted: run again to go on`

/**
 * `drawbridge migrate` with its sub-commands, to be added to the program. Actions set the exit code through `io`
 * and say what went wrong on its error output: 0 done, 1 failed, 3 needs a person, 130 interrupted.
 */
export function migrateCommand(io: CommandIo): Command {
  const migrate = new Command('migrate')
    .description('Moves the clients of another system into the platform, through its public API')
    .addHelpText('after', orderOfCommands)
    .configureOutput({ writeOut: io.out, writeErr: io.err })
  const add = (
    name: string,
    description: string,
    act: (io: CommandIo, directory: string, flags: never) => Promise<void>,
  ): Command =>
    migrate
      .command(name)
      .description(description)
      .argument('<project>', 'directory with migration.yaml')
      .option('--json', 'print the result as JSON')
      .option('--debug', 'print where an error came from')
      .addHelpText('after', `\nExample:\n  drawbridge migrate ${name} ./old-mill-bank`)
      .configureOutput({ writeOut: io.out, writeErr: io.err })
      .action((directory: string, flags: { debug?: boolean }) =>
        reportingFailure(io, flags.debug === true, () => act(io, directory, flags as never)),
      )
  add('check', 'Checks every row against what must be there; sends nothing', checkCommand)
  add('forecast', 'Predicts what the run will do with every row; sends nothing', forecastCommand).option(
    '--offline',
    'take the target for empty instead of asking it',
  )
  add('run', 'Migrates, or goes on where an earlier start ended', runCommand)
    .option('--ramp <steps>', 'clients:workers, such as 0:1,500:3,1500:5; five workers at most', rampFrom)
    .option('--settle <seconds>', 'wait before an unknown outcome is looked for, without keys', secondsFrom)
  add('status', 'Tells where the run stands, also while it runs', statusCommand)
  add('reconcile', 'Compares everything in the target with the source', reconcileCommand)
  add('report', 'Writes the report as HTML and JSON', reportCommand)
  return migrate
}

/**
 * Runs `drawbridge migrate …` by itself: parses the arguments after `migrate` and resolves with the exit code.
 */
export async function runMigrateCommand(parameters: readonly string[], io: CommandIo): Promise<number> {
  let code: number = exitCodes.done
  const command = migrateCommand({
    ...io,
    setExitCode: (set) => {
      code = set
    },
  })
  // Its help speaks of the whole command: this one stands below it only in what was typed.
  command.name('drawbridge migrate')
  for (const one of [command, ...command.commands]) one.exitOverride()
  try {
    await command.parseAsync([...parameters], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    code = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  }
  return code
}

async function reportingFailure(io: CommandIo, debug: boolean, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    io.err(`${message}\n`)
    if (debug && error instanceof Error) io.err(`${error.stack ?? ''}\n`)
    io.setExitCode(exitCodes.failed)
  }
}

function rampFrom(text: string): RampStep[] {
  return text.split(',').map((step) => {
    const [after, workers] = step.split(':').map(Number)
    const valid =
      Number.isInteger(after) && Number.isInteger(workers) && (workers ?? 0) >= 1 && (workers ?? 0) <= 5
    if (!valid || after === undefined || workers === undefined) {
      throw new InvalidArgumentError('write clients:workers, such as 0:1,500:3,1500:5, with 1 to 5 workers')
    }
    return { after, workers }
  })
}

function secondsFrom(text: string): number {
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds >= 0) return seconds
  throw new InvalidArgumentError('write a number of seconds')
}
