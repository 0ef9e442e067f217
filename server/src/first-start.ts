import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Platform } from './open-platform.ts'
import { plainQuery } from './platform/account-transaction.ts'
import { withScope } from './platform/scope.ts'
import { type AccountRow, createInstitution, issueKey, selectAccounts } from './rooms/accounts/index.ts'

/** What the first start writes to `<home>/credentials.json`. */
export interface Credentials {
  readonly url: string
  readonly form_url: string
  readonly demo: { readonly apikey: string }
  readonly live: { readonly apikey: string }
}

/** The environments of this installation; the first start makes an institution with both, and a master key for each. */
export async function ensureInstitution(
  platform: Platform,
  url: string,
  formUrl: string,
): Promise<AccountRow[]> {
  const { engine, settings } = platform
  const known = await selectAccounts(plainQuery(engine.pool))
  if (known.length > 0) return known
  const accounts = await createOnce(platform)
  const [demo, live] = accounts.map((account) => account.accountId)
  if (demo === undefined || live === undefined)
    throw new Error('An institution has a demo and a live environment')
  const credentials: Credentials = {
    url,
    form_url: formUrl,
    demo: { apikey: await issueMasterKey(platform, demo) },
    live: { apikey: await issueMasterKey(platform, live) },
  }
  await writeCredentials(join(settings.home, 'credentials.json'), credentials)
  return accounts
}

/** Of several nodes that start at once on an empty database, one makes the institution. */
async function createOnce({ engine, settings }: Platform): Promise<AccountRow[]> {
  const client = await engine.pool.connect()
  try {
    await client.query('begin')
    await client.query(`select pg_advisory_xact_lock(hashtext('drawbridge first start'), 0)`)
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

async function issueMasterKey({ engine }: Platform, accountId: string): Promise<string> {
  const opening = { accountId, actor: { kind: 'system' as const, id: null } }
  const { text } = await withScope(engine, opening, (scope) =>
    issueKey(scope, { name: 'Master', class: 'MASTER' }),
  )
  return text
}

async function writeCredentials(path: string, credentials: Credentials): Promise<void> {
  const draft = `${path}.draft`
  await writeFile(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, path)
}

/** The address in credentials.json follows the port that is served now. */
export async function refreshCredentials(home: string, url: string, formUrl: string): Promise<void> {
  const path = join(home, 'credentials.json')
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return
  const credentials = JSON.parse(text) as Credentials
  if (credentials.url === url && credentials.form_url === formUrl) return
  await writeCredentials(path, { ...credentials, url, form_url: formUrl })
}
