import sharp from 'sharp'
import type { Random } from './random.ts'

/** Formats of the bank's scans. */
export type FileFormat = 'pdf' | 'jpg' | 'png'

const words =
  'account agreement annual branch certificate client copy date deposit enclosed holder identity letter original page received register signed statement the transfer upon verified with witness year'.split(
    ' ',
  )

function pdfLines(title: string, random: Random): string[] {
  const lines = Array.from({ length: 40 + random.integer(60) }, () =>
    Array.from({ length: 9 }, () => random.pick(words)).join(' '),
  )
  return [title, ...lines]
}

/** A one-page PDF 1.4 with real text and a correct cross-reference table (ISO 32000-1, 7.5). */
function pdf(title: string, random: Random): Buffer {
  const text = pdfLines(title, random)
    .map((line) => `(${line.replace(/[()\\]/g, ' ')}) Tj T*`)
    .join('\n')
  const content = `BT /F1 7 Tf 8 TL 40 800 Td\n${text}\nET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const head = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`
  return Buffer.from(file + head + trailer, 'latin1')
}

/** Rectangles with a little grain, as a bad scan has: no two are alike. */
function pixels(width: number, height: number, random: Random): Buffer {
  const bytes = Buffer.alloc(width * height * 3, 230)
  for (let shape = 0; shape < 30; shape += 1) {
    const left = random.integer(width)
    const top = random.integer(height)
    const colour = [random.integer(256), random.integer(256), random.integer(256)]
    const right = Math.min(width, left + 8 + random.integer(60))
    const bottom = Math.min(height, top + 8 + random.integer(40))
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1) {
        for (const [channel, value] of colour.entries()) bytes[(y * width + x) * 3 + channel] = value
      }
    }
  }
  for (let grain = 0; grain < 3000; grain += 1) bytes[random.integer(bytes.length)] = random.integer(256)
  return bytes
}

/** The bytes of one scan, about 4 to 30 kB; the title and the random stream fix them. */
export async function documentBytes(format: FileFormat, title: string, random: Random): Promise<Buffer> {
  if (format === 'pdf') return pdf(title, random)
  const width = 160 + random.integer(80)
  const height = 100 + random.integer(60)
  const image = sharp(pixels(width, height, random), { raw: { width, height, channels: 3 } })
  return format === 'png'
    ? image.png({ compressionLevel: 6 }).toBuffer()
    : image.jpeg({ quality: 80 }).toBuffer()
}
