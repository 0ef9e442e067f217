import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { Fault } from './csv-source.ts'

/** A document on disk, read once from end to end. */
export interface InspectedFile {
  bytes: number
  /** Of the whole content, hexadecimal. */
  sha256: string
}

const mebibyte = 1024 * 1024

/** Largest contents that the API takes: files 50 MB, images of documents 10 MB. */
export const sizeMax = { file: 50 * mebibyte, image: 10 * mebibyte } as const

/** How accepted types begin (R70). TIFF and all others are refused (R71). */
const signatures: readonly string[] = [
  '25504446',
  'ffd8ff',
  '89504e470d0a1a0a',
  '474946383761',
  '474946383961',
]

/**
 * Looks at a document before it is sent: there, not empty, of an accepted type by its first bytes, not too
 * large; and its SHA-256. Reads in pieces, so that size does not matter to memory.
 */
export function inspectFile(path: string, as: 'file' | 'image', piece: Buffer): InspectedFile | Fault {
  let fd: number
  try {
    // Without waiting: a pipe where a file should be would hold the check for ever.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return missing(error)
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile())
      return { code: 'FILE_MISSING', reason: 'The path is not a file', suggestion: 'Correct the path' }
    if (stat.size > sizeMax[as]) return tooLarge(stat.size, as)
    return readThrough(fd, piece)
  } finally {
    closeSync(fd)
  }
}

function readThrough(fd: number, piece: Buffer): InspectedFile | Fault {
  const hash = createHash('sha256')
  let bytes = 0
  for (;;) {
    const read = readSync(fd, piece, 0, piece.length, bytes)
    if (read === 0) break
    if (bytes === 0 && !isAccepted(piece.subarray(0, Math.min(read, 8)))) return wrongType
    hash.update(piece.subarray(0, read))
    bytes += read
  }
  if (bytes === 0)
    return { code: 'FILE_EMPTY', reason: 'The file is empty', suggestion: 'Supply the file again' }
  return { bytes, sha256: hash.digest('hex') }
}

function isAccepted(start: Buffer): boolean {
  const hex = start.toString('hex')
  return signatures.some((signature) => hex.startsWith(signature))
}

const wrongType: Fault = {
  code: 'FILE_TYPE',
  reason: 'The content is not PDF, JPEG, PNG or GIF (R70, R71)',
  suggestion: 'Convert the file to PDF, JPEG, PNG or GIF',
}

function tooLarge(bytes: number, as: 'file' | 'image'): Fault {
  const size = (bytes / mebibyte).toFixed(1)
  return {
    code: 'FILE_TOO_LARGE',
    reason: `The file has ${size} MB, ${sizeMax[as] / mebibyte} MB are the most for ${as === 'file' ? 'a file' : 'an image'}`,
    suggestion: 'Scan it again with a lower resolution, or split it',
  }
}

function missing(error: unknown): Fault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return {
      code: 'FILE_MISSING',
      reason: 'There is no file at this path',
      suggestion: 'Copy the file to this place, or correct the path',
    }
  }
  return {
    code: 'FILE_UNREADABLE',
    reason: `The file cannot be opened (${code || 'unknown cause'})`,
    suggestion: 'Let the user who migrates read the file',
  }
}
