import { randomUUID } from 'node:crypto'
import { signUrl } from '../signing.ts'
import { runDemo } from './demo-run.ts'
import { type Examination, type Examiner, failed, passed, skipped, statusOfAddress } from './examination.ts'

const request = { method: 'GET', body: null, headers: {} } as const
const VALID_SECONDS = 300

/** The address of a demo page, a reason why there is none to look for, or what went wrong. */
async function pageOf(
  examination: Examination,
): Promise<{ url: string } | { skip: string } | { fail: string }> {
  const features = examination.description?.supportedFeatures ?? []
  const type = ['LINK', 'EMBED'].find((word) => features.includes(`EXTERNAL_${word}`))
  if (type === undefined) return { skip: 'no feature for external pages is declared' }
  const { answer, problem } = await runDemo(examination, { demoResult: `EXTERNAL_RESOURCE_${type}` })
  const url = answer?.externalResources[0]?.url
  return url === undefined ? { fail: problem || 'no external resource' } : { url }
}

function opening(
  name: string,
  wanted: string,
  status: number,
  addressFor: (url: string, examination: Examination) => string,
): Examiner {
  return {
    name: `external.${name}`,
    wanted: `a page opened ${wanted} answers ${status}`,
    async examine(examination) {
      const page = await pageOf(examination)
      if ('skip' in page) return skipped(page.skip)
      if ('fail' in page) return failed(page.fail)
      const found = await statusOfAddress(examination, addressFor(page.url, examination), request)
      return found === status ? passed(String(found)) : failed(String(found))
    },
  }
}

const signed = (url: string, { key }: Examination, now = new Date()) =>
  signUrl(key, url, { auditeeId: randomUUID(), now })

/** What a person may open at the provider's, and what not (provider protocol 1.8). */
export const externalExaminers: readonly Examiner[] = [
  opening('unsigned', 'without a signature', 400, (url, examination) =>
    signed(url, examination).replace(/&signature=.*$/, ''),
  ),
  opening('missing-parameter', 'without one of its parameters', 400, (url, examination) =>
    signed(url, examination).replace(/&auditee_id=[^&]*/, ''),
  ),
  opening('wrong-signature', 'with a signature for another address', 404, (url, examination) =>
    signed(url, examination).replace(/auditee_id=[^&]*/, `auditee_id=${randomUUID()}`),
  ),
  opening('wrong-key', 'with a signature that nobody made', 404, (url, examination) =>
    signed(url, examination).replace(/signature=.{4}/, 'signature=AAAA'),
  ),
  opening('expired', 'after its time', 404, (url, examination) =>
    signed(url, examination, new Date(Date.now() - 2 * VALID_SECONDS * 1000)),
  ),
  opening('correct', 'as the platform opens it', 200, signed),
]
