import { createHash } from 'node:crypto'
import { fileTypeFromBuffer } from 'file-type'
import sharp from 'sharp'
import { isWholeGif } from './gif.ts'
import { type FileKind, kindOfMagic, kindOfName } from './kinds.ts'
import { isWholePdf } from './pdf.ts'

/** The most pixels an image may have, all frames together (ASVS 5.2.6). */
const PIXELS_MAX = 50_000_000

/** What a file turned out to be; `sha256` is 64 digits in lower case over the bytes as they came. */
export interface Inspection {
  readonly mime: FileKind['mime']
  readonly extension: FileKind['extension']
  readonly sha256: string
}

/** A refusal, for the customer. */
export interface Refusal {
  readonly reason: 'file.unsupported-type' | 'file.damaged' | 'file.too-large'
  readonly message: string
}

/** What the decoding process says of a file. */
export type Judgement = { readonly accepted: Inspection } | { readonly refused: Refusal }

const UNSUPPORTED: Refusal = {
  reason: 'file.unsupported-type',
  message: 'Only PDF, JPEG, PNG and GIF are accepted',
}

// One file at a time, one thread, no decoder but the three that are needed, nothing kept between files.
sharp.concurrency(1)
sharp.cache(false)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadNsgif'] })

const damaged = (message: string): Refusal => ({ reason: 'file.damaged', message })

/** Decodes every row of every frame, without holding them, by asking for the last pixel of each. */
async function imageRefusal(bytes: Buffer, kind: FileKind): Promise<Refusal | null> {
  const options = { failOn: 'error', pages: -1, sequentialRead: true } as const
  try {
    const {
      format,
      width,
      height,
      pageHeight = height,
    } = await sharp(bytes, { ...options, limitInputPixels: false }).metadata()
    if (format !== kind.title.toLowerCase()) return damaged(`The file begins as a ${kind.title} but is none`)
    if (width * height > PIXELS_MAX) {
      return { reason: 'file.too-large', message: 'The image has more than 50 million pixels' }
    }
    const last = { left: width - 1, top: pageHeight - 1, width: 1, height: 1 }
    await sharp(bytes, { ...options, limitInputPixels: PIXELS_MAX })
      .extract(last)
      .raw()
      .toBuffer()
    return null
  } catch {
    return damaged(`The ${kind.title} is damaged or cut off`)
  }
}

async function typeRefusal(bytes: Buffer, kind: FileKind): Promise<Refusal | null> {
  const detected = await fileTypeFromBuffer(bytes)
  // An animated PNG is a PNG that other programs show as a still picture.
  const agrees = !detected || detected.mime === kind.mime || (detected.ext === 'apng' && kind.title === 'PNG')
  return agrees ? null : UNSUPPORTED
}

function nameRefusal(name: string | undefined, kind: FileKind): Refusal | null {
  const promised = name === undefined ? undefined : kindOfName(name)
  if (promised === undefined || promised === kind) return null
  return damaged(
    `The name of the file promises ${promised?.title ?? 'another type'}, its content is ${kind.title}`,
  )
}

async function contentRefusal(bytes: Buffer, kind: FileKind): Promise<Refusal | null> {
  if (kind.title === 'PDF' && !isWholePdf(bytes)) return damaged('The PDF is damaged or cut off')
  if (kind.title === 'GIF' && !isWholeGif(bytes)) return damaged('The GIF is damaged or cut off')
  return kind.title === 'PDF' ? null : imageRefusal(bytes, kind)
}

/**
 * Decides whether bytes are one of the accepted kinds (R70, R71): name, first bytes and full decoding must agree
 * (ASVS 5.2.2). Runs third-party decoders on hostile input, so only `child.ts` calls it.
 */
export async function judgeFile(bytes: Buffer, declaredName: string | undefined): Promise<Judgement> {
  if (bytes.length === 0) return { refused: damaged('The file is empty') }
  const kind = kindOfMagic(bytes)
  if (!kind) return { refused: UNSUPPORTED }
  const refused =
    nameRefusal(declaredName, kind) ?? (await typeRefusal(bytes, kind)) ?? (await contentRefusal(bytes, kind))
  if (refused) return { refused }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { accepted: { mime: kind.mime, extension: kind.extension, sha256 } }
}
