import { fetch } from 'undici'
import type { Account } from '../ledger/binding.ts'
import { type Project, readApikey } from '../project.ts'
import { type ApiTarget, apiTarget } from '../run/api-target.ts'
import type { Reply } from '../run/target.ts'

/** The target of a project could not be reached, or does not take its key. */
export class TargetUnusable extends Error {
  override readonly name = 'TargetUnusable'
}

/** A target that answers, and whose key it is. */
export interface Connection {
  target: ApiTarget
  account: Account
  /** Whether the target knows idempotency keys. */
  useKeys: boolean
}

const header = 'idempotency-key'
const descriptionTimeoutMs = 10_000
const descriptionBytesMax = 16 * 1024 * 1024
/** A server that is being started again is waited for this long. */
const startPatienceMs = 60_000
const askAgainMs = 500
/** Silence that a person would take for a program that hangs. */
const silenceMs = 2_000

/** Asks again while there is no answer, so that a restart of both sides at once needs nobody's hand. */
async function patiently<T>(
  ask: () => Promise<Reply<T>>,
  waitMs: number,
  onWait: (why: string) => void,
): Promise<Reply<T>> {
  const start = Date.now()
  let said = false
  for (;;) {
    const reply = await ask()
    if (reply.kind === 'yes' || reply.kind === 'no' || Date.now() > start + waitMs) return reply
    if (!said && Date.now() > start + silenceMs) {
      said = true
      onWait(reply.why)
    }
    await new Promise((resolve) => setTimeout(resolve, askAgainMs))
  }
}

/**
 * Connects to the project's target and asks whose key it is. `say` hears when it has to be waited for.
 * @throws {TargetUnusable} saying what to look at. @throws {ProjectFileError} when there is no key.
 */
export async function connect(
  project: Project,
  say: (text: string) => void,
  waitMs = startPatienceMs,
): Promise<Connection> {
  const settings = project.settings.target
  const target = apiTarget({ url: settings.url, apikey: readApikey(project.directory, settings) })
  const reply = await patiently(
    () => target.whoAmI(),
    waitMs,
    (why) => say(`No answer from ${settings.url} yet (${why}); trying for ${waitMs / 1_000} s\n`),
  )
  if (reply.kind !== 'yes') {
    await target.close()
    throw new TargetUnusable(
      `The target ${settings.url} does not say whose key this is: ${reply.why}. ` +
        'Look at target.url and target.apikey_file in migration.yaml, and whether the server runs.',
    )
  }
  const { institutionId, institution } = reply.value
  const { environment, url } = settings
  const useKeys =
    settings.idempotency_keys === 'auto' ? await knowsKeys(url) : settings.idempotency_keys === 'yes'
  return { target, account: { institution_id: institutionId, institution, environment, url }, useKeys }
}

/** Whether the target's own description names the header. One that has no description is taken not to know it. */
async function knowsKeys(url: string): Promise<boolean> {
  try {
    const address = new URL('/openapi.json', url)
    const reply = await fetch(address, {
      signal: AbortSignal.timeout(descriptionTimeoutMs),
      redirect: 'manual',
    })
    return reply.ok && reply.body !== null && (await namesTheHeader(reply.body))
  } catch {
    return false
  }
}

/** Reads a description piece by piece, so that a target which never ends one, or unpacks to gigabytes, does no harm. */
export async function namesTheHeader(body: AsyncIterable<Uint8Array>): Promise<boolean> {
  const decoder = new TextDecoder()
  let bytes = 0
  let text = ''
  for await (const piece of body) {
    bytes += piece.byteLength
    // The end of the piece before stays: the name may be cut in two.
    text = text.slice(-header.length) + decoder.decode(piece, { stream: true }).toLowerCase()
    if (text.includes(header)) return true
    if (bytes > descriptionBytesMax) return false
  }
  return false
}
