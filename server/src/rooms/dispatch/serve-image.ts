import { Fault } from '../../platform/fault.ts'
import { type Engine, type Scope, thePlatform, withScope } from '../../platform/scope.ts'
import { selectChecks, selectContents } from '../checks/index.ts'
import { selectImages } from '../documents/index.ts'
import { readBlob, selectFile } from '../files/index.ts'
import { getRoot, type ProfileRoot } from '../profile-root/index.ts'
import type { Integration } from '../providers/index.ts'
import { selectOpenOfImage } from './queries.ts'
import { documentsOf, imageIdsOf, providerInput } from './rules.ts'

/**
 * The bytes of an image and their media type, for an integration that is working on a check of it. Raises
 * `document-image.unknown`, also for an image that no open check of the integration uses.
 */
export async function serveImage(
  engine: Engine,
  { accountId, providerId }: Integration,
  imageId: string,
): Promise<{ type: string; body: Buffer }> {
  return withScope(engine, { accountId, actor: thePlatform, readOnly: true }, async (scope) => {
    for (const { profileId, checkId } of await selectOpenOfImage(scope, providerId, imageId)) {
      const profile = await getRoot(scope, profileId)
      if (await usesImage(scope, profile, checkId, imageId)) return readImage(scope, profile, imageId)
    }
    throw new Fault('document-image.unknown')
  })
}

async function usesImage(
  scope: Scope,
  profile: ProfileRoot,
  checkId: string,
  imageId: string,
): Promise<boolean> {
  const check = ((await selectChecks(scope, [profile])).get(profile.id) ?? []).find(
    ({ id }) => id === checkId,
  )
  const content = (await selectContents(scope, profile, [checkId])).get(checkId)
  if (!check || !content) return false
  const { data, extra } = content.input
  return imageIdsOf(documentsOf(providerInput(check.checkType, data, extra))).includes(imageId)
}

async function readImage(
  scope: Scope,
  profile: ProfileRoot,
  imageId: string,
): Promise<{ type: string; body: Buffer }> {
  const images = (await selectImages(scope, [profile])).get(profile.id) ?? []
  const image = images.find(({ id }) => id === imageId)
  const file = image && (await selectFile(scope, profile, image.fileId))
  if (!file) throw new Fault('document-image.unknown')
  return { type: file.mime, body: await readBlob(scope, scope.accountId, profile, file.blobId) }
}
