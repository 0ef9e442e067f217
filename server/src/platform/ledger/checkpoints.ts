import { mkdir, open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { z } from 'zod'
import { asAccount, plainQuery } from '../account-transaction.ts'
import type { Query } from '../db/index.ts'
import { errorCode } from '../error-code.ts'
import { selectAccounts, selectHead, takeCheckpointLock } from './queries.ts'
import { type LoopOptions, runLoop } from './sequencer.ts'
import type { CheckpointSigner, SignedCheckpoint } from './signing.ts'

/** A place outside the database that keeps checkpoints: a directory, another machine. Raises when it could not keep one. */
export interface CheckpointSink {
  append(checkpoint: SignedCheckpoint): Promise<void>
}

const Line = z.strictObject({
  account: z.uuid(),
  position: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime(),
  key_id: z.string(),
  signature: z.string(),
})

/** Appends to `<directory>/<account>.jsonl`, one line a checkpoint, on the disk before it returns. */
export function fileSink(directory: string): CheckpointSink {
  return {
    append: async (checkpoint) => {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const handle = await open(join(directory, `${checkpoint.account}.jsonl`), 'a+', 0o600)
      try {
        await cutTornLine(handle)
        await handle.appendFile(`${JSON.stringify(checkpoint)}\n`)
        await handle.sync()
      } finally {
        await handle.close()
      }
    },
  }
}

/** A machine that died while a line was written left half of it; nothing before it is touched. */
async function cutTornLine(handle: Awaited<ReturnType<typeof open>>): Promise<void> {
  const { size } = await handle.stat()
  const tail = Buffer.alloc(Math.min(size, 4_096))
  await handle.read(tail, 0, tail.length, size - tail.length)
  const kept = tail.lastIndexOf(0x0a) + 1
  if (kept < tail.length) await handle.truncate(size - tail.length + kept)
}

/** All checkpoints of a directory. Raises with file and line when one cannot be read; a torn last line is left out. */
export async function readCheckpoints(directory: string): Promise<SignedCheckpoint[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  })
  const checkpoints: SignedCheckpoint[] = []
  for (const name of names.filter((name) => name.endsWith('.jsonl')).sort()) {
    const lines = (await readFile(join(directory, name), 'utf8')).split('\n').slice(0, -1)
    for (const [at, line] of lines.entries()) checkpoints.push(parseLine(line, `${name}, line ${at + 1}`))
  }
  return checkpoints
}

function parseLine(line: string, where: string): SignedCheckpoint {
  try {
    return Line.parse(JSON.parse(line))
  } catch (cause) {
    throw new Error(`Checkpoints: ${where} is not a checkpoint`, { cause })
  }
}

/** What taking checkpoints needs besides a database. */
export interface CheckpointOptions {
  readonly signer: CheckpointSigner
  readonly sinks: readonly CheckpointSink[]
  readonly clock: () => Date
}

/** Signs the state of every account that has news, and hands it to every sink. Returns how many were taken. */
export async function takeCheckpoints(pool: Pool, options: CheckpointOptions): Promise<number> {
  const accounts = await selectAccounts(plainQuery(pool), 'accounts_to_checkpoint')
  for (const account of accounts)
    await asAccount(pool, account, (query) => takeCheckpoint(query, account, options))
  return accounts.length
}

async function takeCheckpoint(query: Query, account: string, options: CheckpointOptions): Promise<void> {
  await takeCheckpointLock(query, account)
  const head = await selectHead(query, account)
  if (head === undefined) return
  const signed = options.signer.sign({
    account,
    position: head.position,
    hash: head.hash.toString('hex'),
    at: options.clock().toISOString(),
  })
  // The sinks first: should this die in between, the checkpoint is taken again, and twice is harmless.
  for (const sink of options.sinks) await sink.append(signed)
  await query.query(
    `insert into checkpoint (account_id, position, hash, at, key_id, signature) values ($1, $2, $3, $4, $5, $6)
     on conflict do nothing`,
    [account, head.position, head.hash, signed.at, signed.key_id, Buffer.from(signed.signature, 'base64')],
  )
}

/** Takes checkpoints until the signal ends it, every `idleMs` (60 s in service). */
export async function runCheckpoints(options: LoopOptions & CheckpointOptions): Promise<void> {
  await runLoop(options, async () => {
    await takeCheckpoints(options.pool, options)
    return false
  })
}
