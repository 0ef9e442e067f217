import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { loadCheckpointSigner } from '../platform/ledger/index.ts'
import { withStartLock } from '../platform/postgres/start-lock.ts'
import {
  finishRotation,
  localKeyEncryption,
  replaceSecretFile,
  rotateAccountKey,
  rotateKek,
} from '../platform/vault/index.ts'
import { wrappedKeys } from '../rooms/profile-root/index.ts'
import type { Settings } from '../settings.ts'
import { type CommandInput, inEnvironment, print, UsageRefusal, withPlatform } from './command.ts'
import { keySource, requireInstallation, requireKeys } from './installation.ts'
import { CommandRefusal } from './refusal.ts'

/**
 * `drawbridge key-encryption rotate|retire|rotate-account` (docs/operations/keys.md). Nodes of this home go on
 * serving throughout: they read the keys again when they meet a wrap that they cannot open.
 */
export async function keyEncryption(input: CommandInput): Promise<number> {
  const [action] = input.words
  if (action === 'rotate') return changing(input.settings, () => rotate(input))
  if (action === 'retire') return changing(input.settings, () => retire(input))
  if (action === 'rotate-account') return rotateAccount(input)
  throw new UsageRefusal(
    'drawbridge key-encryption rotate | retire --yes | rotate-account --environment demo|live',
  )
}

/** One change of the key file at a time: of two at once, one would lose the key of the other. */
async function changing(settings: Settings, work: () => Promise<number>): Promise<number> {
  if (settings.kek !== undefined || settings.kekFile !== undefined)
    throw new CommandRefusal(
      `The key-encryption key comes from ${keySource(settings)}, which this command does not write. Change it there, in the steps of docs/operations/keys.md.`,
      3,
    )
  if (settings.databaseUrl !== undefined)
    throw new CommandRefusal(
      'With DATABASE_URL other nodes may use the same database, and each needs the new key before it is used. Follow the steps of docs/operations/keys.md.',
      3,
    )
  await requireInstallation(settings)
  await requireKeys(settings)
  return withStartLock(join(settings.home, 'secrets', 'kek.lock'), work)
}

async function rotate(input: CommandInput): Promise<number> {
  const { settings } = input
  // The file first: whoever meets a wrap by the new key finds it there, and after a crash both keys are.
  await writeKeys(settings, [randomBytes(32), ...(await requireKeys(settings))])
  const { kekId, accounts } = await rewrap(settings)
  const backup = 'Make a copy of the key file apart from the backups now, and a new backup.'
  print(
    input,
    { current: kekId, accounts },
    () =>
      `Key ${kekId} wraps everything from now on, ${accounts} environments were wrapped anew. ${backup} The old key is kept beside it until drawbridge key-encryption retire.\n`,
  )
  return 0
}

/** Wraps by the current key what is still wrapped by an older one; returns under which key, and for how many accounts. */
async function rewrap(settings: Settings): Promise<{ kekId: string; accounts: number }> {
  return withPlatform(settings, async ({ engine: { pool, vault } }) => {
    const accounts = await rotateKek(pool, vault)
    await loadCheckpointSigner(settings.home, vault.keyEncryption)
    return { kekId: vault.keyEncryption.currentId, accounts }
  })
}

async function retire(input: CommandInput): Promise<number> {
  const { settings } = input
  const [current, ...older] = await requireKeys(settings)
  if (current === undefined || older.length === 0) {
    print(input, { retired: [] }, () => 'There is one key-encryption key only: nothing to retire.\n')
    return 0
  }
  const retired = older.map((key) => localKeyEncryption([key]).currentId)
  if (!input.switches.has('yes'))
    throw new CommandRefusal(
      `Backups made before the rotation need the older key ${retired.join(', ')}. Keep a copy of ${keySource(settings)} until they are gone, then add --yes.`,
      3,
    )
  await rewrap(settings)
  await writeKeys(settings, [current])
  print(input, { retired }, () => `Key ${retired.join(', ')} is gone from ${keySource(settings)}.\n`)
  return 0
}

async function writeKeys(settings: Settings, keys: readonly Buffer[]): Promise<void> {
  const lines = keys.map((key) => `${key.toString('base64')}\n`)
  await replaceSecretFile(join(settings.home, 'secrets', 'kek'), lines.join(''))
}

async function rotateAccount(input: CommandInput): Promise<number> {
  const { environment } = input.flags
  if (environment === undefined)
    throw new UsageRefusal('drawbridge key-encryption rotate-account --environment demo|live')
  return inEnvironment(input, async ({ engine: { pool, vault } }, { accountId }) => {
    await rotateAccountKey(pool, vault, accountId)
    const never = new AbortController().signal
    const profiles = await finishRotation(pool, vault, accountId, wrappedKeys, never)
    print(
      input,
      { environment, profiles },
      () =>
        `${environment} has a new key; the keys of ${profiles.toLocaleString('en')} profiles are wrapped by it. A worker marks the older key as retired within minutes.\n`,
    )
    return 0
  })
}
