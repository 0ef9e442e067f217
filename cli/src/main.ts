import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runProgram } from './program.ts'

// The `drawbridge` command. `bin/drawbridge.mjs` loads this file into its own process.
const server = fileURLToPath(import.meta.resolve('@drawbridge/server/main.ts'))
const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const version =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

/** The server takes the place of this process: its signals, its exit code, and no parent that could outlive it. */
function runServer(args: readonly string[]): void {
  if (process.execve === undefined) throw new Error('drawbridge runs on Linux and macOS, with Node 24')
  process.execve(process.execPath, [process.execPath, ...process.execArgv, server, ...args], process.env)
}

/** A small space for young objects: the engine holds a third less memory, and is as fast. */
const smallYoungSpace = '--max-semi-space-size=4'

async function runMigrate(args: readonly string[]): Promise<number> {
  // The space has its size from the start of the process, so the process begins again, in its own place.
  if (process.execve !== undefined && !process.execArgv.includes(smallYoungSpace))
    process.execve(
      process.execPath,
      [process.execPath, ...process.execArgv, smallYoungSpace, ...process.argv.slice(1)],
      process.env,
    )
  const { processIo, runMigrateCommand } = await import('@drawbridge/migrate')
  const io = processIo(process.env.DRAWBRIDGE_TEST_CRASH)
  return runMigrateCommand(args, io)
}

function report(error: unknown): number {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  if (process.argv.includes('--debug') && error instanceof Error)
    process.stderr.write(`${error.stack ?? ''}\n`)
  return 1
}

process.exitCode = await runProgram(process.argv.slice(2), {
  version,
  runServer,
  runMigrate,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
}).catch(report)
