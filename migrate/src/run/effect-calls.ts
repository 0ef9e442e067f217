import { readFile } from 'node:fs/promises'
import type {
  DocumentEffect,
  Effect,
  FileEffect,
  ImageEffect,
  LinksEffect,
  ProfileEffect,
  TagEffect,
} from '../plan/client-unit.ts'
import { sha256Of } from '../sha256.ts'
import type { RunContext } from './context.ts'
import { canonicalJson } from './idempotency-key.ts'
import { withLinks } from './links.ts'
import { ask, Unanswered } from './read.ts'
import { abortsRun } from './stop-run.ts'
import type { Reply, Sending } from './target.ts'

/** A call ready to be sent: what names it, and the sending itself. */
export interface ReadyCall {
  ready: true
  op: string
  bodySha: string
  /** Calls that this effect needs in all, those made to prepare it included. */
  needs: number
  send: (sending: Sending) => Promise<Reply<{ id: string | null }>>
}

/** Nothing to send: it is there already, or it cannot be sent. */
export type Prepared =
  | ReadyCall
  | { ready: false; done: { id: string | null } }
  | { ready: false; refused: { status: number; code: string; why: string } }

/** Makes the call for an effect. Reads files and, for links, the company's present data. */
export async function prepareCall(run: RunContext, effect: Effect): Promise<Prepared> {
  if (effect.kind === 'profile') return profileCall(run, effect)
  const owner = profileIdOf(run, effect.ref)
  if (owner === null) return refusedFor('OWNER_FAILED', `There is no profile for ${effect.ref}`)
  if (effect.kind === 'links') return linksCall(run, effect, owner)
  if (effect.kind === 'tag') return tagCall(run, effect, owner)
  if (effect.kind === 'document') return documentCall(run, effect, owner)
  return uploadCall(run, effect, owner)
}

/** The profile that stands for a source reference, once it exists; null before. */
export function profileIdOf(run: Pick<RunContext, 'ledger'>, ref: string): string | null {
  const record = run.ledger.index.effect(ref, 'profile')
  return record?.state === 'done' ? record.id : null
}

function profileCall(run: RunContext, effect: ProfileEffect): ReadyCall {
  const { role, collected_data, applications } = effect
  const body = { role, collected_data, ...(applications === undefined ? {} : { applications }) }
  return {
    ready: true,
    op: 'profile',
    bodySha: sha256Of(canonicalJson(body)),
    needs: 1,
    send: (sending) => run.target.createProfile(body, sending),
  }
}

async function linksCall(run: RunContext, effect: LinksEffect, owner: string): Promise<Prepared> {
  const present = effect.links.filter((link) => profileIdOf(run, link.ref) !== null)
  if (present.length === 0) return refusedFor('ALL_LINKS_MISSING', 'None of its associates has a profile')
  const current = await ask(run, () => run.target.getCollectedData(owner))
  if (current.kind === 'no') {
    if (abortsRun(run, current)) throw new Unanswered(current.why)
    return { ready: false, refused: current }
  }
  const { document, added } = withLinks(current.value, present, (ref) => profileIdOf(run, ref) ?? '')
  if (added === 0) return { ready: false, done: { id: null } }
  const ifMatch = current.etag
  return {
    ready: true,
    op: 'links',
    // With the ETag in it: another state of the company is another request, and gets another key.
    bodySha: sha256Of(canonicalJson({ document, ifMatch })),
    needs: 2,
    send: async (sending) =>
      withoutId(
        await run.target.replaceCollectedData(
          owner,
          document,
          ifMatch === null ? sending : { ...sending, ifMatch },
        ),
      ),
  }
}

function tagCall(run: RunContext, effect: TagEffect, owner: string): ReadyCall {
  return {
    ready: true,
    op: 'tag',
    bodySha: sha256Of(canonicalJson({ owner, name: effect.tag })),
    needs: 1,
    send: (sending) => run.target.addTag(owner, effect.tag, sending),
  }
}

function documentCall(run: RunContext, effect: DocumentEffect, owner: string): Prepared {
  const images: { id: string }[] = []
  for (const name of effect.images) {
    const image = run.ledger.index.effect(effect.ref, name)
    if (image?.state !== 'done' || image.id === null) {
      return refusedFor('IMAGE_MISSING', `Its image ${name} could not be uploaded`)
    }
    images.push({ id: image.id })
  }
  const { category, document_type, extracted_data } = effect
  const body = {
    category,
    document_type,
    images,
    ...(extracted_data === undefined ? {} : { extracted_data }),
  }
  return {
    ready: true,
    op: 'document',
    bodySha: sha256Of(canonicalJson({ owner, body })),
    needs: 1,
    send: (sending) => run.target.addDocument(owner, body, sending),
  }
}

async function uploadCall(
  run: RunContext,
  effect: ImageEffect | FileEffect,
  owner: string,
): Promise<Prepared> {
  const content = await contentOf(effect)
  if (typeof content === 'string') return refusedFor('FILE_CHANGED', content)
  const data = content.toString('base64')
  const named = effect.kind === 'file' ? { name: effect.title } : { image_type: effect.image_type }
  return {
    ready: true,
    op: effect.kind,
    bodySha: sha256Of(canonicalJson({ owner, sha256: effect.sha256, ...named, effect: effect.name })),
    needs: 1,
    send: (sending) => {
      if (effect.kind === 'file') return run.target.addFile(owner, { data, ...named }, sending)
      return run.target.addImage(owner, { data, ...named }, sending)
    },
  }
}

/** The file's bytes, or the reason why they are not what the plan saw. */
async function contentOf(effect: ImageEffect | FileEffect): Promise<Buffer | string> {
  const at = `${effect.source.file}:${effect.source.line}`
  try {
    const content = await readFile(effect.path)
    if (sha256Of(content) === effect.sha256) return content
    return `The file named in ${at} has changed since the run was planned`
  } catch {
    return `The file named in ${at} cannot be read any more`
  }
}

function withoutId(reply: Reply<Record<string, unknown>>): Reply<{ id: string | null }> {
  return reply.kind === 'yes' ? { ...reply, value: { id: null } } : reply
}

function refusedFor(code: string, why: string): Prepared {
  return { ready: false, refused: { status: 0, code, why } }
}
