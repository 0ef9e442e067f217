import { Document } from '@drawbridge/schema/document.ts'
import { Fault } from '../../platform/fault.ts'
import type { JobHandler } from '../../platform/jobs/index.ts'
import { type Engine, type Opening, type Scope, thePlatform, withScope } from '../../platform/scope.ts'
import type { DownloadedFile } from '../../provider-kit/provider.ts'
import { selectContents, selectLastRun, variantOf } from '../checks/index.ts'
import { addDocument, addDocumentImage, selectImages } from '../documents/index.ts'
import { type StagedBlob, stageBlob, storeFile } from '../files/index.ts'
import { getRoot, lockProfile } from '../profile-root/index.ts'
import { type ConfiguredProvider, configuredProvider, endPlace, takePlace } from '../providers/index.ts'
import { findCheckRow } from './advance-run.ts'
import { callOf } from './ask-provider.ts'
import { downloadJob } from './enqueue-downloads.ts'
import { documentsOf, isFields } from './rules.ts'
import { type KeptAtProvider, keptAtProvider } from './rules-documents.ts'

type Fields = Readonly<Record<string, unknown>>

/** Of one output so many documents are fetched. */
const documentsMax = 20

/** The documents of a check's output, and how to ask their provider for what it keeps of them. */
interface Fetching {
  readonly documents: readonly Fields[]
  readonly provider: ConfiguredProvider
  readonly fetch: (kept: KeptAtProvider, signal: AbortSignal) => Promise<DownloadedFile>
}

/** Something that was fetched, checked and stored. */
interface Fetched {
  readonly kept: KeptAtProvider
  readonly staged: StagedBlob
  readonly name: string
}

/** The jobs of this room, by name. */
export function jobs(engine: Engine): Record<string, JobHandler> {
  return {
    [downloadJob]: ({ account, ids, signal }) =>
      downloadDocuments(
        engine,
        account,
        { profileId: ids.profile_id ?? '', checkId: ids.check_id ?? '' },
        signal,
      ),
  }
}

/**
 * Fetches the images and files that the output of a check names from their provider, and keeps them like uploaded ones,
 * with the documents they show. What is no file of a kind that is taken is left out. May run again: what is there
 * already is not fetched twice.
 */
async function downloadDocuments(
  engine: Engine,
  accountId: string,
  at: { readonly profileId: string; readonly checkId: string },
  signal: AbortSignal,
): Promise<void> {
  const opening: Opening = { accountId, actor: thePlatform }
  const fetching = await withScope(engine, { ...opening, readOnly: true }, (scope) => prepare(scope, at))
  if (!fetching) return
  for (const document of fetching.documents) {
    const place = await takePlace(engine, opening, fetching.provider, 1)
    if ('retryAt' in place) return again(engine, opening, at, place.retryAt)
    let outcome: 'answered' | 'failed' = 'failed'
    try {
      const fetched = await fetchAll(engine, opening, at.profileId, { document, fetching, signal })
      outcome = 'answered'
      await withScope(engine, opening, (scope) => keep(scope, at.profileId, document, fetched))
    } finally {
      await endPlace(engine, opening, place.leaseId, outcome)
    }
  }
}

async function again(
  engine: Engine,
  opening: Opening,
  at: { readonly profileId: string; readonly checkId: string },
  runAt: Date,
): Promise<void> {
  const ids = { profile_id: at.profileId, check_id: at.checkId }
  await withScope(engine, opening, (scope) =>
    scope.enqueue(downloadJob, ids, { runAt, key: `${downloadJob}/${at.checkId}` }),
  )
}

/** What is still to be fetched; nothing when the profile or the provider is gone. */
async function prepare(
  scope: Scope,
  at: { readonly profileId: string; readonly checkId: string },
): Promise<Fetching | undefined> {
  const profile = await rootOrGone(scope, at.profileId)
  const check = profile && (await findCheckRow(scope, profile, at.checkId))
  const variant = check && (await variantOf(scope, check))
  if (!profile || !check || !variant) return undefined
  const content = (await selectContents(scope, profile, [check.id])).get(check.id)
  const run = await selectLastRun(scope, profile, check.id)
  const provider = run && (await configuredProvider(scope, run.provider, check.checkType))
  if (!content?.output?.output || !provider) return undefined
  const { order } = callOf(check, run, content, variant, provider)
  const conversation = run.conversation ?? { providerId: '', reference: '', customData: {} }
  const images = (await selectImages(scope, [profile])).get(profile.id) ?? []
  const known = new Set(images.map((image) => image.providerReference))
  const documents = documentsOf(content.output.output)
    .slice(0, documentsMax)
    .filter((document) => keptAtProvider(document).some(({ reference }) => !known.has(reference)))
  return {
    documents,
    provider,
    fetch: (kept, signal) =>
      provider.provider.download(
        { ...order, ...conversation, fileReference: kept.reference, what: kept.what },
        signal,
      ),
  }
}

async function rootOrGone(scope: Scope, profileId: string) {
  try {
    return await getRoot(scope, profileId)
  } catch (error) {
    if (error instanceof Fault && error.reason === 'profile.unknown') return undefined
    throw error
  }
}

async function fetchAll(
  engine: Engine,
  opening: Opening,
  profileId: string,
  of: { readonly document: Fields; readonly fetching: Fetching; readonly signal: AbortSignal },
): Promise<Fetched[]> {
  const fetched: Fetched[] = []
  for (const kept of keptAtProvider(of.document)) {
    const file = await of.fetching.fetch(kept, of.signal)
    try {
      const staged = await stageBlob(engine, opening, { profile_id: profileId, upload: file.bytes })
      fetched.push({ kept, staged, name: file.name ?? 'unknown' })
    } catch (error) {
      if (!(error instanceof Fault) || !error.reason.startsWith('file.')) throw error
      engine.log.warn('check.file-left-out', { reason: error.reason, profile_id: profileId })
    }
  }
  return fetched
}

/** Keeps what was fetched of one document, and the document with it. */
async function keep(
  scope: Scope,
  profileId: string,
  document: Fields,
  fetched: readonly Fetched[],
): Promise<void> {
  const profile = await lockProfile(scope, profileId)
  const images: { id: string }[] = []
  const files: { file_id: string; type?: string; reference: string }[] = []
  for (const { kept, staged, name } of fetched) {
    if ('imageType' in kept.what) {
      const body = { image_type: imageTypeOf(kept.what.imageType), provider_reference: kept.reference }
      const { id } = await addDocumentImage(scope, {
        profile_id: profile.id,
        body,
        upload: new Uint8Array(),
        staged,
      })
      images.push({ id })
    } else {
      const { id } = await storeFile(scope, profile, name, staged)
      files.push({ file_id: id, type: kept.what.fileType, reference: kept.reference })
    }
  }
  if (images.length === 0 && files.length === 0) return
  const whole = Document.safeParse({
    ...documentFields(document),
    images,
    ...(files.length === 0 ? {} : { files }),
  })
  if (whole.success) await addDocument(scope, { profile_id: profile.id, body: whole.data })
}

function imageTypeOf(told: string): 'FRONT' | 'BACK' | 'FACE' {
  return told === 'BACK' || told === 'FACE' ? told : 'FRONT'
}

/** What of a document in an output belongs into the collected data. */
function documentFields(document: Fields): Fields {
  const { id, category, document_type, extracted_data } = document
  return {
    ...(typeof id === 'string' ? { id } : {}),
    category,
    document_type,
    ...(isFields(extracted_data) ? { extracted_data } : {}),
  }
}
