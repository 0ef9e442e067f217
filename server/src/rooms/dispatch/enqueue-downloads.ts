import type { Scope } from '../../platform/scope.ts'
import type { ProviderOutput } from '../../provider-kit/provider.ts'
import { documentsOf } from './rules.ts'
import { keptAtProvider } from './rules-documents.ts'

/** The job that fetches what the output of a check names. */
export const downloadJob = 'download-check-documents'

/** Has images and files that the output names, but does not hold, fetched after the commit. */
export async function enqueueDownloads(
  scope: Scope,
  profileId: string,
  checkId: string,
  output: ProviderOutput,
): Promise<void> {
  if (
    output.output === null ||
    !documentsOf(output.output).some((document) => keptAtProvider(document).length > 0)
  )
    return
  await scope.enqueue(
    downloadJob,
    { profile_id: profileId, check_id: checkId },
    { key: `${downloadJob}/${checkId}` },
  )
}
