import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressRules, normalAddress, parseNetworks } from './addresses.ts'
import { OutboundError } from './outbound-error.ts'
import { checkUrl, type UrlRules } from './url-rules.ts'

const open = addressRules([], [])

test.each([
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '::ffff:10.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  'not-an-address',
  '',
])('%s cannot be reached', (address) => {
  expect(open.allows(address)).toBe(false)
})

test.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '::ffff:1.1.1.1', '2606:4700:4700::1111'])(
  'the public address %s can be reached',
  (address) => {
    expect(open.allows(address)).toBe(true)
    expect(open.isNamed(address)).toBe(false)
  },
)

test('a named network opens itself in every spelling and nothing beside', () => {
  const rules = addressRules(
    parseNetworks(['10.1.0.0/16', 'fd00:1::/32']),
    parseNetworks(['10.1.9.0/24', '1.1.1.0/24']),
  )
  for (const address of ['10.1.0.1', '::ffff:10.1.0.1', 'fd00:1::5']) {
    expect(rules.allows(address)).toBe(true)
    expect(rules.isNamed(address)).toBe(true)
  }
  for (const address of ['10.2.0.1', '127.0.0.1', 'fd00:2::5', '10.1.9.1', '1.1.1.1']) {
    expect(rules.allows(address)).toBe(false)
    expect(rules.isNamed(address)).toBe(false)
  }
  expect(() => parseNetworks(['10.1.0.0/16', 'intranet'])).toThrow('"intranet" is not a network')
})

test('spellings of one address are one address', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(normalAddress(`::ffff:${address}`)).toBe(normalAddress(address))
    }),
  )
})

const rules: UrlRules = { allowHttp: false, ports: new Set([443, 8443]), ownHosts: new Set(['bank.example']) }

function refusalOf(url: string): string {
  try {
    return checkUrl(url, rules).onlyNamed ?? 'accepted'
  } catch (error) {
    return error instanceof OutboundError ? error.message : String(error)
  }
}

test.each([
  ['ftp://receiver.example/', /https/],
  ['javascript:alert(1)', /https/],
  ['file:///etc/passwd', /https/],
  ['receiver.example', /not a URL/],
  ['http://receiver.example/', /https/],
  ['https://user@receiver.example/', /user name/],
  ['https://:secret@receiver.example/', /user name/],
  ['https://receiver.example:22/', /Port 22/],
  ['https://receiver.example:5432/', /Port 5432/],
  ['https://localhost/', /internal/],
  ['https://LOCALHOST./', /internal/],
  ['https://a.localhost/', /internal/],
  ['https://printer.local/', /internal/],
  ['https://db.internal/', /internal/],
  ['https://intranet/', /internal/],
  ['https://metadata.google.internal/', /not allowed/],
  ['https://metadata.google.internal./', /not allowed/],
  ['https://bank.example/', /not allowed/],
  ['https://receiver.example../', /not valid/],
  [`https://${'a.'.repeat(150)}example/`, /not valid|not a URL/],
  ['https://receiver.example/path?x=1', /^accepted$/],
  ['https://receiver.example.:8443/', /^accepted$/],
])('%s is judged before any name is resolved', (url, words) => {
  expect(refusalOf(url)).toMatch(words)
})

test.each([
  ['https://2130706433/', '127.0.0.1'],
  ['https://0x7f.1/', '127.0.0.1'],
  ['https://0177.0.0.1/', '127.0.0.1'],
  ['https://127.1/', '127.0.0.1'],
  ['https://①②⑦.0.0.1/', '127.0.0.1'],
  ['https://127。0。0。1/', '127.0.0.1'],
  ['https://127.0.0.1./', '127.0.0.1'],
  ['https://[::1]/', '::1'],
  ['https://[::ffff:169.254.169.254]/', '::ffff:a9fe:a9fe'],
  ['https://[0:0:0:0:0:ffff:7f00:1]/', '::ffff:7f00:1'],
])('%s is seen as the literal it is, and refused', (url, host) => {
  const checked = checkUrl(url, rules)
  expect(checked).toMatchObject({ host, isLiteral: true })
  expect(open.allows(checked.host)).toBe(false)
})
