import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { asAccount, plainQuery } from '../account-transaction.ts'
import { type ChainedFact, chainHash, genesis } from './chain.ts'
import {
  selectAccounts,
  selectHead,
  selectUnsequenced,
  trySequencerLock,
  updatePositions,
} from './queries.ts'

/** Facts that one transaction places at most, so that it stays short. */
const batchMax = 1_000

/**
 * Gives the committed facts of every account their dense positions and chain hashes: one transaction per account
 * and batch, under the account's lock, so that many nodes may do it and any may die anywhere. Returns how many
 * facts were placed; 0 when nothing was waiting or others are at it.
 */
export async function sequence(pool: Pool): Promise<number> {
  let placed = 0
  for (const account of await selectAccounts(plainQuery(pool), 'accounts_with_unsequenced_facts'))
    placed += await sequenceAccount(pool, account)
  return placed
}

async function sequenceAccount(pool: Pool, account: string): Promise<number> {
  return asAccount(pool, account, async (query) => {
    if (!(await trySequencerLock(query, account))) return 0
    // Read after the lock was had: the one who held it before has committed.
    const head = await selectHead(query, account)
    const facts = await selectUnsequenced(query, account, batchMax)
    if (facts.length > 0) await updatePositions(query, account, placesAfter(account, head, facts))
    return facts.length
  })
}

/** Where each fact goes: the positions that follow the head, in order, each hash over the one before. */
export function placesAfter(
  account: string,
  head: { position: number; hash: Buffer } | undefined,
  facts: readonly ChainedFact[],
): { seq: string; position: number; hash: Buffer }[] {
  let { position, hash } = head ?? { position: 0, hash: genesis(account) }
  return facts.map((fact) => {
    position += 1
    hash = chainHash(hash, fact, position)
    return { seq: fact.seq, position, hash }
  })
}

/** What a loop of the platform needs: where it works, when it ends, how long it rests, whom it tells of a failure. */
export interface LoopOptions {
  readonly pool: Pool
  readonly signal: AbortSignal
  readonly idleMs: number
  readonly onError: (error: unknown) => void
}

/**
 * Sequences until the signal ends it, resting `idleMs` unless a whole batch or more was waiting: a transaction for each
 * handful of facts would cost the writers more than it gives the readers. Failures are told and tried again.
 */
export async function runSequencer(options: LoopOptions): Promise<void> {
  await runLoop(options, async () => (await sequence(options.pool)) >= batchMax)
}

/** Repeats `step` until the signal; rests after a step that says it may, or failed. */
export async function runLoop(options: LoopOptions, step: () => Promise<boolean>): Promise<void> {
  while (!options.signal.aborted) {
    const busy = await step().catch((error: unknown) => {
      options.onError(error)
      return false
    })
    // The only way for the rest to fail is the signal, which the condition sees.
    if (!busy) await sleep(options.idleMs, undefined, { signal: options.signal }).catch(() => undefined)
  }
}
