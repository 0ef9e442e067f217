import { v7 as uuidv7 } from 'uuid'
import type { Query } from '../../platform/db/index.ts'
import type { Vault } from '../../platform/vault/index.ts'
import { type AccountRow, insertAccount, insertInstitution } from './queries.ts'

/**
 * Makes an institution with its two environments and their keys of encryption, in the caller's transaction.
 * Returns the environments, demo first.
 */
export async function createInstitution(
  query: Query,
  vault: Vault,
  name: string,
  now: Date,
): Promise<AccountRow[]> {
  const institutionId = uuidv7()
  await insertInstitution(query, institutionId, name, now)
  const accounts: AccountRow[] = []
  for (const environment of ['demo', 'live'] as const) {
    const account = { accountId: uuidv7(), institutionId, environment }
    await insertAccount(query, account, now)
    await vault.createAccountKeys(query, account.accountId)
    accounts.push(account)
  }
  return accounts
}
