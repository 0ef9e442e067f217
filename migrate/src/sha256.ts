import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

/** SHA-256 of a text in UTF-8, or of bytes, hexadecimal. */
export function sha256Of(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** SHA-256 of a file's bytes, hexadecimal. Whoever reads many files hands in one `piece` of memory for all. */
export async function sha256OfFile(path: string, piece: Buffer = sha256Piece()): Promise<string> {
  const hash = createHash('sha256')
  await using file = await open(path, 'r')
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(piece.subarray(0, bytesRead))
  }
}

/** The memory that a file is read through: one megabyte. */
export function sha256Piece(): Buffer {
  return Buffer.allocUnsafe(1024 * 1024)
}
