import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { errorCode } from '../error-code.ts'

/** True while some process has this number, of whatever user; one that has ended and was not waited for counts too. */
export function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/**
 * True while the process is a PostgreSQL server on this data directory: neither one that got its number later, nor one
 * that has ended and only waits to be buried. Where the system does not tell, true while there is such a process.
 */
export async function isServerOf(pid: number, dataDirectory: string): Promise<boolean> {
  if (!processExists(pid)) return false
  const command = await commandOf(pid)
  return command === undefined || isServerCommand(command, dataDirectory)
}

/**
 * Every living server on this data directory, also one that `postmaster.pid` does not name. A process of another
 * container may show the same command for another directory: where the system tells the place at which a process
 * works, that decides; where it does not, only the process that `named` gives is believed.
 */
export async function serversOf(dataDirectory: string, named: number | undefined): Promise<number[]> {
  const servers: Listed[] = []
  for (const found of await listProcesses()) {
    if (!isServerCommand(found.command, dataDirectory)) continue
    if (found.pid === named || (await worksIn(found.pid, dataDirectory))) servers.push(found)
  }
  // A child that was made a moment ago still shows the command of its server.
  return servers.filter(({ parent }) => !servers.some(({ pid }) => pid === parent)).map(({ pid }) => pid)
}

/** Whether any process may be a server on this data directory: one that the system does not tell more of counts too. */
export async function mayBeServed(dataDirectory: string): Promise<boolean> {
  for (const { pid, command } of await listProcesses()) {
    const mayBe = isServerCommand(command, dataDirectory) && (await worksIn(pid, dataDirectory)) !== false
    if (mayBe) return true
  }
  return false
}

/**
 * Processes that a server on this directory left behind when it was killed, while no server runs: they hold its
 * shared memory until they notice, which one that calculates does not. None where the system does not tell.
 */
export async function orphansOf(dataDirectory: string): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const inside = await processesIn(dataDirectory)
  if (inside.some(({ command }) => !isChildCommand(command))) return []
  return inside.map(({ pid }) => pid)
}

/** The processes of PostgreSQL, servers and their children, that work in this data directory. */
export async function processesIn(dataDirectory: string): Promise<Listed[]> {
  const inside: Listed[] = []
  for (const found of await listProcesses()) {
    const program = basename(found.command.split(/[\0 ]/)[0] ?? '')
    if (program !== 'postgres' && program !== 'postgres:') continue
    if (await worksIn(found.pid, dataDirectory)) inside.push(found)
  }
  return inside
}

/** A process with its command line, whose parts Linux separates by zero bytes and others by spaces. */
export interface Listed {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

function isServerCommand(command: string, dataDirectory: string): boolean {
  if (process.platform !== 'linux') return command.includes(`postgres -D ${dataDirectory}`)
  const [program, ...parameters] = command.split('\0')
  const place = parameters.indexOf('-D')
  return basename(program ?? '') === 'postgres' && place >= 0 && parameters[place + 1] === dataDirectory
}

function isChildCommand(command: string): boolean {
  return command.startsWith('postgres: ')
}

/** The command line of a process: empty for one that has ended, nothing where this system does not tell. */
async function commandOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    return readFile(`/proc/${pid}/cmdline`, 'utf8').catch((error: unknown) =>
      errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH' ? '' : undefined,
    )
  }
  const listed = promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)])
  return listed.then(({ stdout }) => stdout).catch(() => undefined)
}

async function listProcesses(): Promise<Listed[]> {
  if (process.platform === 'linux') return await listByProc()
  const listed = promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,command='])
  const lines = await listed.then(({ stdout }) => stdout.split('\n')).catch((): string[] => [])
  return lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }]
  })
}

async function listByProc(): Promise<Listed[]> {
  const pids = (await readdir('/proc').catch((): string[] => [])).filter((name) => /^\d+$/.test(name))
  const listed = await Promise.all(
    pids.map(async (pid) => {
      const command = (await commandOf(Number(pid))) ?? ''
      // Nothing else is asked for: this runs while a server is started, beside everything else on the machine.
      if (!/postgres/.test(command)) return []
      const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      const parent = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
      return [{ pid: Number(pid), parent, command }]
    }),
  )
  return listed.flat()
}

/**
 * Whether this process works in this directory, as a server and its children do from their first moments on; nothing
 * where the system does not tell (root without the right to trace, in a container).
 */
async function worksIn(pid: number, directory: string): Promise<boolean | undefined> {
  if (process.platform !== 'linux') return true
  try {
    const [place, wanted] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(directory)])
    return place.dev === wanted.dev && place.ino === wanted.ino
  } catch (error) {
    return errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH' ? false : undefined
  }
}
