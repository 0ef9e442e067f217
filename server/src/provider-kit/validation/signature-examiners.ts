import { randomBytes } from 'node:crypto'
import { digestOf, isSameText, type SigningKey, signatureOf, signingKeyOf } from '../signing.ts'
import {
  type Examination,
  type Examiner,
  failed,
  passed,
  type RawRequest,
  signatureFor,
  skipped,
  statusOf,
  warned,
} from './examination.ts'

const STALE_SECONDS = 120
const BODY = JSON.stringify({ id: '00000000-0000-4000-8000-000000000000' })

const config = { method: 'GET', path: 'config', body: null } as const
const check = { method: 'POST', path: 'checks', body: BODY } as const

/** Another key under the same name, or under another. */
function otherKey(key: SigningKey, isSameName: boolean): SigningKey {
  const other = signingKeyOf(randomBytes(32).toString('base64'))
  return isSameName ? { ...other, keyId: key.keyId } : other
}

function refusal(name: string, wanted: string, request: (examination: Examination) => RawRequest): Examiner {
  return {
    name: `signature.${name}`,
    wanted: `${wanted} is refused with 401`,
    async examine(examination) {
      const status = await statusOf(examination, request(examination))
      if (status === 401) return passed('401')
      if (status === 403) return warned('403')
      return failed(typeof status === 'number' ? `status ${status}` : status)
    },
  }
}

function shifted(seconds: number) {
  return (examination: Examination): RawRequest => {
    const date = new Date(Date.now() + seconds * 1000)
    return { ...config, headers: signatureFor(examination, examination.key, config, date) }
  }
}

function judgeResponse({ key, configuration }: Examination) {
  const { reply } = configuration
  const header = reply?.headers.signature
  if (reply === null || header === undefined)
    return skipped('responses are not signed, which the protocol allows')
  const digest = reply.headers.digest ?? ''
  if (!isSameText(digest, digestOf(reply.body))) return warned('a digest that is not that of the body')
  const expected = signatureOf(key, `digest: ${digest}`)
  return header.includes(`signature="${expected}"`) || header.includes(`signature=${expected}`)
    ? passed('a signature over the digest')
    : warned('a signature that cannot be verified; it is not relied upon')
}

/** What an integration must refuse, and what it may sign itself (provider protocol 1.7). */
export const signatureExaminers: readonly Examiner[] = [
  refusal('missing', 'GET /config without a signature', () => ({ ...config, headers: {} })),
  refusal('missing-on-check', 'POST /checks without a signature', () => ({ ...check, headers: {} })),
  refusal('unknown-key', 'a signature by an unknown key', (examination) => ({
    ...config,
    headers: signatureFor(examination, otherKey(examination.key, false), config),
  })),
  refusal('wrong-key', 'a signature by another key of the same name', (examination) => ({
    ...config,
    headers: signatureFor(examination, otherKey(examination.key, true), config),
  })),
  refusal('other-path', 'a signature made for another path', (examination) => ({
    ...config,
    headers: signatureFor(examination, examination.key, { ...config, path: 'other' }),
  })),
  refusal('stale', 'a signature two minutes old', shifted(-STALE_SECONDS)),
  refusal('early', 'a signature two minutes ahead', shifted(STALE_SECONDS)),
  refusal('altered-date', 'a signature whose date was altered', (examination) => ({
    ...config,
    headers: {
      ...signatureFor(examination, examination.key, config, new Date(Date.now() - 5_000)),
      date: new Date().toUTCString(),
    },
  })),
  refusal('altered-body', 'a body that was altered after it was signed', (examination) => ({
    ...check,
    body: `${BODY} `,
    headers: signatureFor(examination, examination.key, check),
  })),
  refusal('altered-digest', 'a digest that was altered after it was signed', (examination) => ({
    ...check,
    body: `${BODY} `,
    headers: { ...signatureFor(examination, examination.key, check), digest: digestOf(`${BODY} `) },
  })),
  {
    name: 'signature.response',
    wanted: 'a response that is signed is signed rightly',
    examine: judgeResponse,
  },
]
