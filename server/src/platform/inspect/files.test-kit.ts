import { deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'

const content = 'BT /F1 12 Tf 72 700 Td (A letter) Tj ET'

function objects(parts: readonly string[]): { text: string; offsets: number[] } {
  let text = '%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n'
  const offsets = parts.map((part, index) => {
    const offset = text.length
    text += `${index + 1} 0 obj\n${part}\nendobj\n`
    return offset
  })
  return { text, offsets }
}

const PARTS = [
  '<< /Type /Catalog /Pages 2 0 R >>',
  '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>',
  `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
]

/** A PDF of one page with a classic cross-reference table. */
export function classicPdf(): Buffer {
  const { text, offsets } = objects(PARTS)
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const table = `xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${entries}`
  const trailer = `trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`
  return Buffer.from(text + table + trailer, 'latin1')
}

/** The same PDF with a cross-reference stream. */
export function modernPdf(): Buffer {
  const { text, offsets } = objects(PARTS)
  const rows = [0, ...offsets].map((offset, index) => [index === 0 ? 0 : 1, offset >> 8, offset & 255, 0])
  const stream = deflateSync(Buffer.from(rows.flat())).toString('latin1')
  const dictionary = `<< /Type /XRef /Size 5 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode /Length ${stream.length} >>`
  const table = `5 0 obj\n${dictionary}\nstream\n${stream}\nendstream\nendobj\n`
  return Buffer.from(`${text}${table}startxref\n${text.length}\n%%EOF`, 'latin1')
}

/** A PDF to which a page's content was added later, in a second section that points back to the first. */
export function updatedPdf(): Buffer {
  const first = classicPdf()
  const start = first.toString('latin1').lastIndexOf('xref\n0')
  const object = `4 0 obj\n<< /Length 0 >>\nstream\n\nendstream\nendobj\n`
  const entry = `${String(first.length).padStart(10, '0')} 00000 n \n`
  const table = `xref\n4 1\n${entry}trailer\n<< /Size 5 /Root 1 0 R /Prev ${start} >>\n`
  const end = `startxref\n${first.length + object.length}\n%%EOF\n`
  return Buffer.concat([first, Buffer.from(object + table + end, 'latin1')])
}

/** An image of noise, so that every byte of it matters. */
export function noise(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3)
  for (let index = 0; index < pixels.length; index++) pixels[index] = Math.imul(index, 2654435761) >>> 13
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** A GIF of several frames. */
export function animation(frames: number): Promise<Buffer> {
  const height = 40
  const pixels = Buffer.alloc(30 * height * frames * 3, 1)
  for (let index = 0; index < pixels.length; index++) pixels[index] = (index * index) >>> 5
  return sharp(pixels, { raw: { width: 30, height: height * frames, channels: 3, pageHeight: height } })
    .gif()
    .toBuffer()
}
