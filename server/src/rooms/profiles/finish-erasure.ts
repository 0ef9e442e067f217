import { appendErasure } from '../../platform/erasure-list.ts'
import { type Engine, thePlatform, withScope } from '../../platform/scope.ts'
import { selectErasedAt } from './queries.ts'

/** Does what an erasure still needs once it has been committed; each step may be done twice. */
export async function finishErasure(
  edges: { readonly engine: Engine; readonly erasureList: string },
  accountId: string,
  profileId: string,
): Promise<void> {
  const opening = { accountId, actor: thePlatform }
  const at = await withScope(edges.engine, opening, (scope) => selectErasedAt(scope, profileId))
  if (at === undefined) return
  await appendErasure(edges.erasureList, { account: accountId, profile: profileId, at: at.toISOString() })
}
