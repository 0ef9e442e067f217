import { Command, CommanderError } from 'commander'
import { type ServerCommand, serverCommands } from './server-commands.ts'

/** What the program does to the world; handed in by `main.ts`. */
export interface ProgramEdges {
  readonly version: string
  /** Puts the server's sub-command in the place of this process; the arguments are those that were typed. */
  readonly runServer: (args: readonly string[]) => void
  /** Runs `drawbridge migrate` with what was typed after it, and resolves with the exit code. */
  readonly runMigrate: (args: readonly string[]) => Promise<number>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** Exit codes. */
const done = 0
const usage = 2

/**
 * The `drawbridge` command: checks what was typed and hands it over. Resolves with the exit code; 2 for wrong usage.
 * `args` are the words after the command's own name.
 */
export async function runProgram(args: readonly string[], edges: ProgramEdges): Promise<number> {
  // Its own door reads the rest: the sub-commands of the migration are known there, and loaded only when needed.
  if (args[0] === 'migrate') return edges.runMigrate(args.slice(1))
  if (args[0] === 'help' && args[1] === 'migrate') return edges.runMigrate(['help', ...args.slice(2)])
  const program = programOf(args, edges)
  if (args.length === 0) {
    program.outputHelp({ error: true })
    return usage
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
    return done
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? done : usage
    throw error
  }
}

function programOf(args: readonly string[], edges: ProgramEdges): Command {
  const output = { writeOut: edges.out, writeErr: edges.err }
  const program = new Command('drawbridge')
    .description('Client onboarding and compliance on your own machines')
    .version(edges.version, '--version')
    .addHelpText('after', '\nExample:\n  drawbridge serve --home ./mill-bank')
    .configureOutput(output)
    .exitOverride()
  for (const text of serverCommands)
    program.addCommand(serverCommand(text, args, edges).configureOutput(output).exitOverride())
  program
    .command('migrate')
    .description(
      'Moves the clients of another system into the platform: check, forecast, run, status, reconcile, report',
    )
    .configureOutput(output)
    .exitOverride()
  return program
}

function serverCommand(text: ServerCommand, args: readonly string[], edges: ProgramEdges): Command {
  const command = new Command(text.name)
    .description(text.description)
    .addHelpText('after', `\nExample:\n  ${text.example}`)
    .action(() => edges.runServer(args))
  if (text.parameters !== '') command.arguments(text.parameters)
  for (const [flags, description] of text.options) command.option(flags, description)
  return command
}
