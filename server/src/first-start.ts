import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Platform } from './open-platform.ts'
import { plainQuery } from './platform/account-transaction.ts'
import { errorCode } from './platform/error-code.ts'
import { withClient } from './platform/postgres/index.ts'
import { thePlatform, withScope } from './platform/scope.ts'
import { replaceSecretFile } from './platform/vault/index.ts'
import {
  type AccountRow,
  createInstitution,
  issueKey,
  selectAccounts,
  selectKeys,
} from './rooms/accounts/index.ts'

/** What the first start writes to `<home>/credentials.json`. */
export interface Credentials {
  readonly url: string
  readonly form_url: string
  readonly demo: { readonly apikey: string }
  readonly live: { readonly apikey: string }
}

/** Keys that were issued and are not in `credentials.json` yet. */
type Draft = Partial<Credentials>

/** What a first start needs of the platform. */
export type FirstStartPlatform = Pick<Platform, 'engine' | 'owner' | 'settings'>

/** The places where a first start may die; tests end the process at each. */
export type FirstStartPoint = 'institution-made' | 'key-written' | 'key-committed'

/**
 * Sees to it that the installation has an institution, and its first start's keys in `<home>/credentials.json`.
 *
 * A key is shown once and kept nowhere, so it is on the disk before it is committed: in a draft, which gets its final
 * name when it is whole. Wherever a first start is killed, the next one goes on: a key in the draft that was never
 * committed is issued anew, one that was is kept. Of several nodes that start at once, one does this.
 */
export async function ensureInstitution(
  platform: FirstStartPlatform,
  url: string,
  formUrl: string,
  reached: (point: FirstStartPoint) => void = () => undefined,
): Promise<AccountRow[]> {
  const { engine, settings } = platform
  return withClient(platform.owner, async (client) => {
    await client.query(`select pg_advisory_lock(hashtext('drawbridge first start'), 0)`)
    const accounts = await ensureAccounts(platform)
    reached('institution-made')
    const path = join(settings.home, 'credentials.json')
    const draftPath = `${path}.draft`
    let draft = await readDraft(draftPath)
    const lacking = new Set<string>()
    for (const { accountId } of accounts) if (!(await hasKey(engine, accountId))) lacking.add(accountId)
    if (lacking.size === 0 && draft === undefined) return accounts
    for (const { accountId, environment } of accounts) {
      if (!lacking.has(accountId) && draft?.[environment] !== undefined) continue
      draft = await issueMasterKey(platform, accountId, async (apikey) => {
        const next = { url, form_url: formUrl, ...draft, [environment]: { apikey } }
        await replaceSecretFile(draftPath, `${JSON.stringify(next, null, 2)}\n`)
        reached('key-written')
        return next
      })
      reached('key-committed')
    }
    await rename(draftPath, path)
    return accounts
  })
}

async function readDraft(path: string): Promise<Draft | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Draft
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The environments; made, with their institution, where there are none. */
async function ensureAccounts({ engine, settings }: FirstStartPlatform): Promise<AccountRow[]> {
  const client = await engine.pool.connect()
  try {
    await client.query('begin')
    const query = plainQuery(client)
    const known = await selectAccounts(query)
    const accounts =
      known.length > 0
        ? known
        : await createInstitution(query, engine.vault, settings.institution, new Date())
    await client.query('commit')
    return accounts
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

async function hasKey(engine: Platform['engine'], accountId: string): Promise<boolean> {
  const opening = { accountId, actor: thePlatform, readOnly: true }
  return (await withScope(engine, opening, (scope) => selectKeys(scope))).length > 0
}

/** Issues a key, and hands it to `keep` before it is committed. Returns what `keep` returned. */
async function issueMasterKey<R>(
  { engine }: FirstStartPlatform,
  accountId: string,
  keep: (apikey: string) => Promise<R>,
): Promise<R> {
  return withScope(engine, { accountId, actor: thePlatform }, async (scope) => {
    const { text } = await issueKey(scope, { name: 'Master', class: 'MASTER' })
    return keep(text)
  })
}

/** The address in credentials.json follows the port that is served now. */
export async function refreshCredentials(home: string, url: string, formUrl: string): Promise<void> {
  const path = join(home, 'credentials.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return
  const credentials = JSON.parse(text) as Credentials
  if (credentials.url === url && credentials.form_url === formUrl) return
  await replaceSecretFile(path, `${JSON.stringify({ ...credentials, url, form_url: formUrl }, null, 2)}\n`)
}
