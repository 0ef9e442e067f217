import type { Input } from '@drawbridge/schema/operation.ts'
import type { ReplaceCollectedData } from '@drawbridge/schema/profile.ts'
import { Fault } from '../../platform/fault.ts'
import { ifMatchHolds, readIfMatch } from '../../platform/http/index.ts'
import type { Scope } from '../../platform/scope.ts'
import { replaceData } from '../collected-data/index.ts'
import { etagOf, type ProfileRoot } from '../profile-root/index.ts'
import { dataOf } from './get-collected-data.ts'
import { linkAssociates, lockLinked } from './link-associates.ts'

/**
 * Replaces all facts held about a client (R82). A stale `If-Match` changes nothing and is answered with the current
 * document and ETag. Raises `profile.unknown`, `collected-data.stale`, and what writing and linking raise.
 */
export async function replaceCollectedData(
  scope: Scope,
  input: Input<typeof ReplaceCollectedData>,
): Promise<string> {
  const id = input.profile_id.toLowerCase()
  const condition = readIfMatch(input.if_match)
  const linked = await lockLinked(scope, input.body, '', [id])
  const root = linked.profiles.get(id)
  if (!root) throw new Fault('profile.unknown')
  if (!ifMatchHolds(condition, etagOf(root.version))) throw await stale(scope, root)
  const written = await replaceData(scope, root, input.body)
  await linkAssociates(scope, written, linked)
  return root.id
}

async function stale(scope: Scope, root: ProfileRoot): Promise<Fault> {
  const { body, etag } = await dataOf(scope, root)
  return new Fault('collected-data.stale', { current: { body, etag } })
}
