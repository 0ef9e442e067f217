import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type SigningKey, signatureOf, signingKeyOf, signRequest, signUrl, withSignature } from './signing.ts'
import { keyIdOf, type SignedRequest, verifyRequest } from './verify-request.ts'

const now = new Date('2026-11-20T14:53:30Z')
const secret = Buffer.from(Array.from({ length: 32 }, (_, place) => place)).toString('base64')
const key = signingKeyOf(secret)

/** A request as the platform sends it, as the integration receives it. */
function sent(signer: SigningKey, url: string, body: string | null, date = now): SignedRequest {
  const { host, pathname, search } = new URL(url)
  const method = body === null ? 'GET' : 'POST'
  return {
    method,
    target: pathname + search,
    headers: { host, ...signRequest(signer, { method, url, body, date }) },
    body: Buffer.from(body ?? ''),
  }
}

/** A request as an integration signs it: parameters in another order, the host unsigned. */
function fromPeer(names: string, lines: readonly string[], more: Record<string, string> = {}): SignedRequest {
  const signature = signatureOf(key, lines.join('\n'))
  const authorization = `Signature keyId="AAECAwQF",algorithm="hmac-sha256",headers="${names}",signature="${signature}"`
  const target = lines[0]?.split(' ')[2] ?? ''
  const headers = { date: now.toUTCString(), authorization, ...more }
  return { method: 'GET', target, headers, body: Buffer.alloc(0) }
}

test('the known answer of the protocol for a request is met to the letter', () => {
  const known = { keyId: 'test_key', bytes: Buffer.from('abcdefgh') }
  const headers = signRequest(known, {
    method: 'POST',
    url: 'http://test.com/foo/bar',
    body: '{ "x": 1, "y": 2}',
    date: new Date('2014-07-08T09:10:11Z'),
  })
  expect(headers).toEqual({
    date: 'Tue, 08 Jul 2014 09:10:11 GMT',
    digest: 'SHA-256=2vgEVkfe4d6VW+tSWAziO7BUx7uT/rA9hn1EoxUJi2o=',
    authorization:
      'Signature keyId="test_key",algorithm="hs2019",signature="F8gZiriO7dtKFiP5eSZ+Oh1h61JIrAR6D5Mdh98DjqA=",headers="(request-target) host date digest"',
  })
})

test('the known answers of the protocol for signed addresses are met to the letter', () => {
  const known = signingKeyOf('h/BTMtonCqWQggdfEv47tMEFbc1RwRdqCnbHSRvk5WU=')
  const at = 'http://example.com/some-path'
  const rest = 'version=1&valid_until=123456789&auditee_id=C800B3EB-5960-4D84-9F96-129C2F4EE214'
  expect(withSignature(known, `${at}?${rest}`)).toBe(
    `${at}?${rest}&signature=DgSiCzFTCJaFiR_hNbB3w_PVtyD6SSNBk8YPMUdApNc%3D`,
  )
  expect(withSignature(known, `${at}?custom_data=some-custom-data&${rest}`)).toBe(
    `${at}?custom_data=some-custom-data&${rest}&signature=JpqyXrjQ-yaEa8VufDGjcf5rR4R-FSPX1b6RArf89EA%3D`,
  )
  const order = { auditeeId: 'C800B3EB-5960-4D84-9F96-129C2F4EE214', now: new Date((123456789 - 300) * 1000) }
  expect(signUrl(known, at, order)).toBe(withSignature(known, `${at}?${rest}`))
  expect(signUrl(known, at, { ...order, customData: 'some-custom-data' })).toBe(
    withSignature(known, `${at}?custom_data=some-custom-data&${rest}`),
  )
})

test('a request without a body signs no digest, and the host keeps a port that is not the usual one', () => {
  const { authorization, ...rest } = signRequest(key, {
    method: 'GET',
    url: 'http://127.0.0.1:8080/base/config',
    body: null,
    date: now,
  })
  expect(rest).toEqual({ date: 'Fri, 20 Nov 2026 14:53:30 GMT' })
  const text = '(request-target): get /base/config\nhost: 127.0.0.1:8080\ndate: Fri, 20 Nov 2026 14:53:30 GMT'
  expect(authorization).toBe(
    `Signature keyId="AAECAwQF",algorithm="hs2019",signature="${signatureOf(key, text)}",headers="(request-target) host date"`,
  )
})

test('whatever the platform signs, an integration with the same secret believes, and no other', () => {
  const other = signingKeyOf(`AAECAwQF${randomBytes(32).toString('base64').slice(8)}`)
  fc.assert(
    fc.property(
      fc.webUrl({ withQueryParameters: true }),
      fc.option(fc.string({ minLength: 1 })),
      (url, body) => {
        const request = sent(key, url, body)
        expect(verifyRequest(key, request, now)).toBeNull()
        expect(verifyRequest(other, request, now)).toBe('wrong-signature')
      },
    ),
  )
})

test('parameters in any order, an unsigned host and UTC for GMT are taken from an integration', () => {
  const line = '(request-target): get /integrations/v1/images/7?x=1'
  const date = now.toUTCString()
  const request = fromPeer('(request-target) date', [line, `date: ${date}`])
  expect(keyIdOf(request.headers)).toBe('AAECAwQF')
  expect(verifyRequest(key, request, now)).toBeNull()
  const utc = date.replace('GMT', 'UTC')
  expect(
    verifyRequest(key, fromPeer('(request-target) date', [line, `date: ${utc}`], { date: utc }), now),
  ).toBe(null)
})

test('a missing last quote and spaces after commas do no harm', () => {
  const request = sent(key, 'https://p.example/x', '{}')
  const text = String(request.headers.authorization)
  for (const authorization of [text.slice(0, -1), text.replaceAll('",', '", ')])
    expect(verifyRequest(key, { ...request, headers: { ...request.headers, authorization } }, now)).toBeNull()
})

test.each([
  ['28 seconds late', 28, null],
  ['30 seconds early', -30, null],
  ['40 seconds late', 40, 'stale'],
  ['31 seconds early', -31, 'stale'],
])('a request %s', (_words, seconds, wanted) => {
  const request = sent(key, 'https://p.example/x', '{}')
  expect(verifyRequest(key, request, new Date(now.getTime() + seconds * 1000))).toBe(wanted)
})

test.each<[string, Partial<Record<string, string | undefined>>, string]>([
  ['without a signature', { authorization: undefined }, 'unsigned'],
  ['with another scheme', { authorization: 'Bearer x' }, 'unsigned'],
  ['with parameters that cannot be read', { authorization: 'Signature keyId=AAECAwQF' }, 'malformed'],
  ['with an altered date', { date: 'Fri, 20 Nov 2026 14:53:31 GMT' }, 'wrong-signature'],
  ['with an altered digest', { digest: 'SHA-256=AAAA' }, 'wrong-signature'],
  ['with an altered host', { host: 'other.example' }, 'wrong-signature'],
])('a request %s is refused', (_words, headers, problem) => {
  const request = sent(key, 'https://p.example/x', '{}')
  expect(verifyRequest(key, { ...request, headers: { ...request.headers, ...headers } }, now)).toBe(problem)
})

test('an altered body, a body without a signed digest and an unsigned date are refused', () => {
  const request = sent(key, 'https://p.example/x', '{}')
  expect(verifyRequest(key, { ...request, body: Buffer.from('{ }') }, now)).toBe('wrong-digest')
  const line = '(request-target): get /x'
  const undigested = fromPeer('(request-target) date', [line, `date: ${now.toUTCString()}`])
  expect(verifyRequest(key, { ...undigested, body: Buffer.from('{}') }, now)).toBe('not-all-signed')
  expect(verifyRequest(key, fromPeer('(request-target)', [line]), now)).toBe('not-all-signed')
})

test('parameters that are repeated, missing or of an unknown algorithm are refused', () => {
  const request = sent(key, 'https://p.example/x', null)
  const text = String(request.headers.authorization)
  const verdict = (authorization: string) =>
    verifyRequest(key, { ...request, headers: { ...request.headers, authorization } }, now)
  expect(verdict(`${text},keyId="AAECAwQF"`)).toBe('malformed')
  expect(verdict(text.replace('algorithm="hs2019",', ''))).toBe('malformed')
  expect(verdict(text.replace('hs2019', 'none'))).toBe('unknown-algorithm')
  expect(verdict(text.replace('AAECAwQF', 'BBECAwQF'))).toBe('unknown-key')
  expect(verdict(text.replace(' date"', ' date x-unknown"'))).toBe('malformed')
})

test('whatever stands in the headers, the verdict is a word and never an exception', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.dictionary(fc.constantFrom('host', 'date', 'digest'), fc.string()),
      (text, headers) => {
        const request = { method: 'POST', target: '/', body: Buffer.from('x') }
        for (const authorization of [text, `Signature ${text}`, `Signature keyId="AAECAwQF",${text}`])
          expect(
            verifyRequest(key, { ...request, headers: { ...headers, authorization } }, now),
          ).not.toBeNull()
      },
    ),
  )
})

test('a secret that is not 32 bytes of base64 is refused, and not repeated', () => {
  for (const text of [
    '',
    'secret',
    'YWJjZGVmZ2g=',
    secret.slice(0, -1),
    `${secret} `,
    secret.replace('A', '-'),
  ])
    expect(() => signingKeyOf(text)).toThrow('The shared secret must be 32 bytes')
})
