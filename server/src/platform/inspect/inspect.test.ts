import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { animation, classicPdf, modernPdf, noise, updatedPdf } from './files.test-kit.ts'
import { frameHead, readFrames } from './frames.ts'
import { createFileInspector, type InspectorOptions } from './index.ts'
import { isWholePdf } from './pdf.ts'

const opened: { close(): void }[] = []
function open(options: InspectorOptions = {}) {
  const inspector = createFileInspector({ processes: 2, ...options })
  opened.push(inspector)
  return inspector
}
const inspector = open()
afterAll(() => {
  for (const each of opened) each.close()
})

const jpeg = await noise(120, 80).jpeg().toBuffer()
const png = await noise(120, 80).png().toBuffer()
const gif = await animation(3)
const accepted: [string, Buffer, string, string][] = [
  ['a JPEG', jpeg, 'image/jpeg', 'jpg'],
  ['a progressive JPEG', await noise(90, 90).jpeg({ progressive: true }).toBuffer(), 'image/jpeg', 'jpg'],
  ['a PNG', png, 'image/png', 'png'],
  ['a PNG of 256 colours', await noise(90, 90).png({ palette: true }).toBuffer(), 'image/png', 'png'],
  ['a GIF', await noise(60, 60).gif().toBuffer(), 'image/gif', 'gif'],
  ['an animated GIF', gif, 'image/gif', 'gif'],
  ['a PDF', classicPdf(), 'application/pdf', 'pdf'],
  ['a PDF with a cross-reference stream', modernPdf(), 'application/pdf', 'pdf'],
  ['an updated PDF', updatedPdf(), 'application/pdf', 'pdf'],
  [
    'a PDF with zeros after its end',
    Buffer.concat([classicPdf(), Buffer.alloc(500)]),
    'application/pdf',
    'pdf',
  ],
]

test.each(accepted)('%s is accepted as what it is', async (_, bytes, mime, extension) => {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  expect(await inspector.inspectFile(bytes)).toEqual({ mime, extension, sha256 })
})

test.each(accepted)('%s that is cut off anywhere is refused as damaged', async (_, bytes) => {
  const whole = bytes.at(-1) === 0 ? bytes.subarray(0, -500) : bytes
  for (const part of [0.1, 0.5, 0.9, 0.99]) {
    const cut = whole.subarray(0, Math.max(16, Math.floor(whole.length * part)))
    await expect(inspector.inspectFile(cut)).rejects.toMatchObject({ reason: 'file.damaged' })
  }
})

const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
test.each([
  ['a TIFF', await noise(20, 20).tiff().toBuffer()],
  ['a WebP', await noise(20, 20).webp().toBuffer()],
  ['an SVG', Buffer.from(svg)],
  ['a web page', Buffer.from('<!doctype html><html></html>')],
  ['an archive or Office file', Buffer.from('PK\u0003\u0004\u0014\u0000\u0006\u0000')],
  ['an old Office file', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
  ['a program', Buffer.from('MZ\u0090\u0000')],
  ['PostScript', Buffer.from('%!PS-Adobe-3.0')],
  ['a text', Buffer.from('Dear customer')],
  ['random bytes', Buffer.from('0123456789abcdef', 'hex')],
])('%s is refused as an unsupported type', async (_, bytes) => {
  await expect(inspector.inspectFile(bytes)).rejects.toMatchObject({ reason: 'file.unsupported-type' })
  await expect(inspector.inspectFile(bytes, 'passport.pdf')).rejects.toMatchObject({
    reason: 'file.unsupported-type',
  })
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a web page that begins as a PNG', Buffer.concat([png.subarray(0, 8), Buffer.from(svg)])],
  ['a web page that begins as a GIF', Buffer.from(`GIF89a${svg}`)],
  ['a web page that begins as a PDF', Buffer.from(`%PDF-1.7\n${svg}\n%%EOF`)],
  ['a JPEG that is only a head', Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex')],
])('%s is refused as damaged', async (_, bytes) => {
  await expect(inspector.inspectFile(bytes)).rejects.toMatchObject({ reason: 'file.damaged' })
})

test('a name and a content that contradict each other are refused, a name that says nothing is not', async () => {
  for (const name of ['a.png', 'a.PDF', 'a.html', 'a.docx', 'x.tar.svg']) {
    await expect(inspector.inspectFile(jpeg, name)).rejects.toMatchObject({ reason: 'file.damaged' })
  }
  for (const name of ['a.jpg', 'a.JPEG ', 'Untitled', '', 'passport.2019', 'Müller, A.', 'a.constructor']) {
    expect(await inspector.inspectFile(jpeg, name)).toMatchObject({ extension: 'jpg' })
  }
})

test('an image of more than 50 million pixels is refused before it is decoded', async () => {
  const header = await noise(8, 8).png().toBuffer()
  header.writeUInt32BE(10_000, 16)
  header.writeUInt32BE(5_001, 20)
  header.writeUInt32BE(crc32(header.subarray(12, 29)), 29)
  await expect(inspector.inspectFile(header)).rejects.toMatchObject({ reason: 'file.too-large' })
})

describe('the decoding process', () => {
  const script = new URL('./crashing-child.test-kit.ts', import.meta.url)

  test('that crashes costs the file and not us', async () => {
    const crashing = open({ processes: 1, script })
    await expect(crashing.inspectFile(jpeg, 'crash')).rejects.toMatchObject({ reason: 'file.damaged' })
    await expect(crashing.inspectFile(jpeg, 'next')).rejects.toMatchObject({ message: `next ${jpeg.length}` })
  })

  test('that hangs is ended at its time', async () => {
    const hanging = open({ processes: 1, script, timeoutMs: 300 })
    await expect(hanging.inspectFile(jpeg, 'hang')).rejects.toMatchObject({ reason: 'file.damaged' })
  })

  test('that is ended by us does not condemn the file', async () => {
    const closing = open({ processes: 1, script })
    const hanging = closing.inspectFile(jpeg, 'hang')
    setTimeout(() => closing.close(), 50)
    await expect(hanging).rejects.toMatchObject({ reason: 'service.unavailable' })
    await expect(closing.inspectFile(jpeg, 'next')).rejects.toMatchObject({ reason: 'service.unavailable' })
  })

  test('more files than may wait are refused with Retry-After, the others all get their turn', async () => {
    const busy = open({ processes: 1, waitingMax: 2 })
    const burst = () => Promise.allSettled(Array.from({ length: 5 }, () => busy.inspectFile(png)))
    for (const results of [await burst(), await burst()]) {
      const statuses = results.map((result) => result.status)
      expect(statuses).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'])
      expect(results[4]).toMatchObject({ reason: { reason: 'service.busy', retryAfterSeconds: 1 } })
    }
  })
})

test('frames come whole out of a stream that is cut anywhere', async () => {
  const name = fc.option(fc.string({ unit: 'binary', maxLength: 5 }), { nil: undefined })
  const frame = fc.record({ name, content: fc.uint8Array({ maxLength: 20 }) })
  const property = fc.asyncProperty(
    fc.array(frame, { maxLength: 4 }),
    fc.integer({ min: 1, max: 30 }),
    async (frames, cut) => {
      const whole = frames.map(({ name, content }) => ({
        name: name?.toWellFormed(),
        bytes: Buffer.from(content),
      }))
      const stream = Buffer.concat(whole.flatMap((each) => [frameHead(each), each.bytes]))
      async function* pieces() {
        for (let at = 0; at < stream.length; at += cut) yield stream.subarray(at, at + cut)
      }
      const read = []
      for await (const each of readFrames(pieces()))
        read.push({ name: each.name, bytes: Buffer.from(each.bytes) })
      expect(read).toEqual(whole)
    },
  )
  await fc.assert(property, { numRuns: 50 })
})

describe('a PDF', () => {
  const edited = (from: string | RegExp, to: string, pdf = classicPdf()) =>
    Buffer.from(pdf.toString('latin1').replace(from, to), 'latin1')

  test.each([
    ['whose start mark points elsewhere', edited(/startxref\n\d+/, 'startxref\n20')],
    ['whose start mark points behind the end', edited(/startxref\n\d+/, 'startxref\n999999')],
    ['without a catalogue in its trailer', edited('/Root 1 0 R', '')],
    ['whose catalogue is not where it should be', edited('0000000015', '0000000016')],
    ['whose table is short of an entry', edited('0 5\n', '0 6\n')],
    ['whose line ends were rewritten on the way', edited(/\n/g, '\r\n')],
    [
      'whose sections point at each other',
      edited(/\/Prev \d+/, `/Prev ${updatedPdf().lastIndexOf('xref\n4')}`, updatedPdf()),
    ],
    ['whose table is a stream of another type', edited('/XRef', '/XObj', modernPdf())],
    ['whose end mark is far from the end', Buffer.concat([classicPdf(), Buffer.alloc(2000, 32)])],
  ])('%s is not whole', (_, bytes) => {
    expect(isWholePdf(bytes)).toBe(false)
  })

  test('of any bytes is judged without an error', () => {
    const original = updatedPdf()
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), { maxLength: 5 }),
        (changes) => {
          const bytes = Buffer.from(original)
          for (const [at, byte] of changes) bytes[at] = byte
          expect(typeof isWholePdf(bytes)).toBe('boolean')
        },
      ),
      { numRuns: 500 },
    )
  })
})
