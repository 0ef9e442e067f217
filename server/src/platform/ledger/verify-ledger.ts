import type { KeyObject } from 'node:crypto'
import type { Pool } from 'pg'
import { asAccount, plainQuery } from '../account-transaction.ts'
import type { Query } from '../db/index.ts'
import { chainHash, genesis } from './chain.ts'
import { countUnsequenced, type SequencedFact, selectAccounts, selectSequenced } from './queries.ts'
import { isSignedBy, type SignedCheckpoint } from './signing.ts'

/** The first thing wrong with an account's ledger. */
export interface LedgerProblem {
  readonly what: /** The row is not what its hash says, or stands in another's place. */
    | 'hash'
    /** No row has this position, though later ones are there. */
    | 'gap'
    /** The chain holds in itself, and is not the one that the checkpoint signed. */
    | 'checkpoint'
    /** Rows up to a checkpoint's position once were there, and end before it. */
    | 'truncated'
    /** A checkpoint that no trusted key signed. */
    | 'signature'
  readonly position: number
  /** Sequence number of the row, where there is one. */
  readonly seq: string | null
  /** For people: what was found. Holds ids and numbers only. */
  readonly detail: string
}

/** What verification found for one account. */
export interface LedgerReport {
  readonly account: string
  /** Facts that were checked, each with its position. */
  readonly facts: number
  /** Facts that have no position yet, and so are covered by no hash. */
  readonly unsequenced: number
  /** Checkpoints that the chain was held against. */
  readonly checkpoints: number
  readonly problem: LedgerProblem | null
}

/** What the ledger is held against: checkpoints kept outside the database, and the keys that may have signed them. */
export interface LedgerEvidence {
  readonly checkpoints: readonly SignedCheckpoint[]
  readonly trusted: ReadonlyMap<string, KeyObject>
}

const batch = 2_000

/**
 * Recomputes the chain of every account and names the first bad row of each. An account that only the checkpoints
 * know is reported too. Reads one snapshot per account, while the platform keeps working.
 */
export async function verifyLedger(pool: Pool, evidence: LedgerEvidence): Promise<LedgerReport[]> {
  const known = await selectAccounts(plainQuery(pool), 'accounts_with_keys')
  const accounts = new Set([...known, ...evidence.checkpoints.map((checkpoint) => checkpoint.account)])
  const reports: LedgerReport[] = []
  for (const account of [...accounts].sort())
    reports.push(
      await asAccount(pool, account, (query) => verifyAccount(query, account, evidence), 'snapshot'),
    )
  return reports
}

async function verifyAccount(query: Query, account: string, evidence: LedgerEvidence): Promise<LedgerReport> {
  const own = evidence.checkpoints.filter((checkpoint) => checkpoint.account === account)
  const forged = own.find((checkpoint) => !isSignedBy(checkpoint, evidence.trusted))
  const signed = own.filter((checkpoint) => isSignedBy(checkpoint, evidence.trusted))
  const walk = new ChainWalk(account, signed)
  let last = 0
  for (;;) {
    const facts = await selectSequenced(query, account, last, batch)
    for (const fact of facts) walk.meet(fact)
    last = facts.at(-1)?.position ?? last
    if (facts.length < batch || walk.problem) break
  }
  return {
    account,
    facts: walk.position,
    unsequenced: await countUnsequenced(query, account),
    checkpoints: signed.length,
    problem: walk.end() ?? (forged ? signatureProblem(forged) : null),
  }
}

function signatureProblem(checkpoint: SignedCheckpoint): LedgerProblem {
  const detail = `the checkpoint of ${checkpoint.at} is not signed by a trusted key (it names key ${checkpoint.key_id})`
  return { what: 'signature', position: checkpoint.position, seq: null, detail }
}

/** Walks a chain from its beginning and keeps the first problem. */
class ChainWalk {
  position = 0
  problem: LedgerProblem | null = null
  #hash: Buffer
  readonly #signed: ReadonlyMap<number, readonly SignedCheckpoint[]>

  constructor(account: string, signed: readonly SignedCheckpoint[]) {
    this.#hash = genesis(account)
    this.#signed = Map.groupBy(signed, (checkpoint) => checkpoint.position)
  }

  meet(fact: SequencedFact): void {
    if (this.problem) return
    const expected = this.position + 1
    this.problem = this.#judge(fact, expected)
    if (this.problem) return
    this.position = expected
    this.#hash = fact.hash
  }

  #judge(fact: SequencedFact, expected: number): LedgerProblem | null {
    if (fact.position !== expected)
      return {
        what: 'gap',
        position: expected,
        seq: null,
        detail: `no row has position ${expected}; the next is ${fact.position} (seq ${fact.seq})`,
      }
    const at = { position: expected, seq: fact.seq }
    if (!chainHash(this.#hash, fact, expected).equals(fact.hash))
      return { what: 'hash', ...at, detail: 'the row does not give the hash that was laid for it' }
    const other = this.#signed
      .get(expected)
      ?.find((checkpoint) => checkpoint.hash !== fact.hash.toString('hex'))
    return other
      ? { what: 'checkpoint', ...at, detail: `the checkpoint signed ${other.at} has another hash` }
      : null
  }

  /** The problem found, the end of the chain included: no signed checkpoint may lie beyond it. */
  end(): LedgerProblem | null {
    if (this.problem) return this.problem
    const furthest = Math.max(0, ...this.#signed.keys())
    if (furthest <= this.position) return null
    return {
      what: 'truncated',
      position: this.position + 1,
      seq: null,
      detail: `the chain ends at ${this.position}, and a signed checkpoint has position ${furthest}`,
    }
  }
}
