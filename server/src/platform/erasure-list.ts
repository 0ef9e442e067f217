import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from './error-code.ts'

/** One erasure: whose, in which environment, when (ISO 8601). */
export interface Erasure {
  readonly account: string
  readonly profile: string
  readonly at: string
}

/** Where the list of a home lies: outside the database, so that no backup of it can undo an erasure. */
export function erasureListOf(home: string): string {
  return join(home, 'erasures', 'erasures.jsonl')
}

/** Appends to the list; the line is on the disk when this returns. The same erasure twice does no harm. */
export async function appendErasure(path: string, erasure: Erasure): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const handle = await open(path, 'a', 0o600)
  try {
    // The line break comes first, so that a torn line before this one spoils only itself.
    await handle.appendFile(`\n${JSON.stringify(erasure)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** All erasures of the list, each once; a torn line is left out, since its job is run again. */
export async function readErasures(path: string): Promise<Erasure[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  })
  const erasures = new Map<string, Erasure>()
  for (const line of text.split('\n')) {
    const erasure = parse(line)
    const name = erasure && `${erasure.account}/${erasure.profile}`
    // The first line is the erasure; later ones repeat it, by a job run twice or after a restore.
    if (erasure && name && !erasures.has(name)) erasures.set(name, erasure)
  }
  return [...erasures.values()]
}

function parse(line: string): Erasure | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isErasure(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isErasure(value: unknown): value is Erasure {
  if (typeof value !== 'object' || value === null) return false
  const { account, profile, at } = value as Record<string, unknown>
  return [account, profile, at].every((field) => typeof field === 'string')
}
