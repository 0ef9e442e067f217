import { generateKeyPairSync, sign } from 'node:crypto'
import { appendFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type LedgerFixture, openLedger } from '../../../test/ledger.ts'
import { plainQuery } from '../account-transaction.ts'
import { localKeyEncryption } from '../vault/index.ts'
import { chainHash, genesis } from './chain.ts'
import {
  type CheckpointSigner,
  fileSink,
  loadCheckpointSigner,
  readCheckpoints,
  runCheckpoints,
  type SignedCheckpoint,
  sequence,
  takeCheckpoints,
  verifyLedger,
} from './index.ts'
import { selectSequenced } from './queries.ts'

let ledger: LedgerFixture
let home: string
let account: string
let signer: CheckpointSigner
const clock = () => new Date('2026-01-02T03:04:05.678Z')

beforeAll(async () => {
  ledger = await openLedger()
})

afterAll(async () => {
  await ledger.close()
})

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drawbridge-ledger-'))
  signer = await loadCheckpointSigner(home, ledger.keyEncryption)
  account = await ledger.newAccount()
  await ledger.record(account, 10)
  await sequence(ledger.pool)
})

afterEach(async () => {
  await rm(home, { recursive: true })
})

const directory = () => join(home, 'checkpoints')
const checkpoint = () => takeCheckpoints(ledger.pool, { signer, sinks: [fileSink(directory())], clock })

async function verified(checkpoints?: SignedCheckpoint[], keys: CheckpointSigner[] = [signer]) {
  const evidence = {
    checkpoints: checkpoints ?? (await readCheckpoints(directory())),
    trusted: new Map(keys.map((key) => [key.keyId, key.publicKey])),
  }
  const reports = await verifyLedger(ledger.pool, evidence)
  return reports.find((report) => report.account === account)
}

const seqAt = async (position: number) =>
  String((await ledger.rows(account)).find((row) => row.position === position)?.seq)

test('an untouched ledger has no problem, and facts without a position are counted apart', async () => {
  await checkpoint()
  await ledger.record(account, 3)
  expect(await verified()).toEqual({ account, facts: 10, unsequenced: 3, checkpoints: 1, problem: null })
})

test('a byte changed in a payload is named by position and sequence number', async () => {
  await ledger.tamper(
    'update fact set payload = set_byte(payload, 30, get_byte(payload, 30) # 1) where account_id = $1 and position = 4',
    [account],
  )
  const seq = await seqAt(4)
  expect((await verified())?.problem).toMatchObject({ what: 'hash', position: 4, seq })
})

test('every other column of a fact is covered by its hash too', async () => {
  const changes = [
    'id = gen_random_uuid()',
    'profile_id = gen_random_uuid()',
    "kind = 'tag.removed'",
    "actor_kind = 'user'",
    "actor_id = ''",
    "at = at + interval '1 microsecond'",
    "key_id = '\\x01'",
  ]
  for (const change of changes) {
    account = await ledger.newAccount()
    await ledger.record(account, 3)
    await sequence(ledger.pool)
    await ledger.tamper(`update fact set ${change} where account_id = $1 and position = 2`, [account])
    expect((await verified())?.problem, change).toMatchObject({ what: 'hash', position: 2 })
  }
})

test('two rows that changed places are named at the first of them', async () => {
  // Without triggers, and the unique index checks each row: so by way of a position nobody has.
  for (const [from, to] of [
    [3, 1_000],
    [7, 3],
    [1_000, 7],
  ])
    await ledger.tamper('update fact set position = $3 where account_id = $1 and position = $2', [
      account,
      from,
      to,
    ])
  expect((await verified())?.problem).toMatchObject({ what: 'hash', position: 3 })
})

test('a row removed from the middle is named as a gap at its position', async () => {
  await ledger.tamper('delete from fact where account_id = $1 and position = 6', [account])
  expect((await verified())?.problem).toMatchObject({ what: 'gap', position: 6, seq: null })
})

test('a tail that was cut off is found by the checkpoint outside, which a chain alone cannot do', async () => {
  await checkpoint()
  await ledger.tamper('delete from fact where account_id = $1 and position > 7', [account])
  expect((await verified([]))?.problem).toBeNull()
  expect((await verified())?.problem).toMatchObject({ what: 'truncated', position: 8 })
})

test('an account whose facts and keys are all gone is known by its checkpoint', async () => {
  await checkpoint()
  await ledger.tamper('delete from fact where account_id = $1', [account])
  await ledger.tamper('delete from account_key where account_id = $1', [account])
  expect(await verified()).toMatchObject({ facts: 0, problem: { what: 'truncated', position: 1 } })
})

test('a chain rewritten from the middle on, each hash right, is found by the checkpoint', async () => {
  await checkpoint()
  await ledger.tamper("update fact set kind = 'forged' where account_id = $1 and position = 9", [account])
  const admin = new pg.Client(ledger.database.adminConfig)
  await admin.connect()
  let hash = genesis(account)
  for (const fact of await selectSequenced(plainQuery(admin), account, 0, 100)) {
    hash = chainHash(hash, fact, fact.position)
    await ledger.tamper('update fact set hash = $3 where account_id = $1 and position = $2', [
      account,
      fact.position,
      hash,
    ])
  }
  await admin.end()
  const seq = await seqAt(10)
  expect((await verified([]))?.problem).toBeNull()
  expect((await verified())?.problem).toMatchObject({ what: 'checkpoint', position: 10, seq })
})

test('a checkpoint signed by another key, or changed after signing, is named as forged', async () => {
  await checkpoint()
  const [good] = (await readCheckpoints(directory())).filter((line) => line.account === account)
  if (!good) throw new Error('no checkpoint was taken')
  const { privateKey } = generateKeyPairSync('ed25519')
  const forged = { ...good, signature: sign(null, Buffer.from('anything'), privateKey).toString('base64') }
  expect((await verified([forged]))?.problem).toMatchObject({ what: 'signature', position: 10 })
  expect((await verified([{ ...good, at: '2020-01-01T00:00:00.000Z' }]))?.problem?.what).toBe('signature')
  expect((await verified([good], []))?.problem?.what).toBe('signature')
  expect((await verified([good]))?.problem).toBeNull()
})

test('a checkpoint is taken only where there is news, in a file that only its owner may read', async () => {
  await checkpoint()
  expect(await checkpoint()).toBe(0)
  await ledger.record(account, 1)
  await sequence(ledger.pool)
  expect(await checkpoint()).toBe(1)
  const lines = (await readCheckpoints(directory())).filter((line) => line.account === account)
  expect(lines.map((line) => line.position)).toEqual([10, 11])
  expect((await stat(join(directory(), `${account}.jsonl`))).mode & 0o777).toBe(0o600)
  expect((await stat(directory())).mode & 0o777).toBe(0o700)
})

test('a checkpoint that no sink could keep is taken again', async () => {
  const full = { append: async () => Promise.reject(new Error('disk full')) }
  await expect(takeCheckpoints(ledger.pool, { signer, sinks: [full], clock })).rejects.toThrow('disk full')
  expect(await checkpoint()).toBeGreaterThanOrEqual(1)
})

test('the loop takes checkpoints until its signal', async () => {
  const ending = new AbortController()
  const sinks = [fileSink(directory())]
  const onError = (error: unknown) => expect(error).toBeUndefined()
  const loop = runCheckpoints({
    pool: ledger.pool,
    signer,
    sinks,
    clock,
    signal: ending.signal,
    idleMs: 5,
    onError,
  })
  await expect.poll(async () => (await verified())?.checkpoints).toBe(1)
  ending.abort()
  await loop
})

test('half a line left by a dying machine is cut off, and nothing before it is lost', async () => {
  await checkpoint()
  const path = join(directory(), `${account}.jsonl`)
  await appendFile(path, '{"account":"half')
  expect((await readCheckpoints(directory())).filter((line) => line.account === account).length).toBe(1)
  await ledger.record(account, 1)
  await sequence(ledger.pool)
  await checkpoint()
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).position)).toEqual([10, 11])
})

test('a line that is no checkpoint is named by file and line', async () => {
  await checkpoint()
  await appendFile(join(directory(), `${account}.jsonl`), '{"position":1}\n')
  await expect(readCheckpoints(directory())).rejects.toThrow(`${account}.jsonl, line 2 is not a checkpoint`)
})

test('the signing key is made once, never lies in the clear, and outlives a change of the key-encryption key', async () => {
  const again = await loadCheckpointSigner(home, ledger.keyEncryption)
  expect(again.keyId).toBe(signer.keyId)
  const next = Buffer.alloc(32, 9)
  const [older] = [Buffer.alloc(32, 8)]
  const other = await mkdtemp(join(tmpdir(), 'drawbridge-ledger-'))
  const before = await loadCheckpointSigner(other, localKeyEncryption([older]))
  const during = await loadCheckpointSigner(other, localKeyEncryption([next, older]))
  const alone = await loadCheckpointSigner(other, localKeyEncryption([next]))
  expect([during.keyId, alone.keyId]).toEqual([before.keyId, before.keyId])
  expect(await readdir(join(other, 'secrets'))).toEqual(['checkpoint-key'])
  expect((await stat(join(other, 'secrets', 'checkpoint-key'))).mode & 0o777).toBe(0o600)
  await rm(other, { recursive: true })
})
