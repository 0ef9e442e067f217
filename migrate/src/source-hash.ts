import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Sources } from './plan/open-sources.ts'

/** SHA-256 over the names and contents of all source files, hexadecimal. Documents on disk have their own hashes. */
export async function sourceHashOf(sources: Sources): Promise<string> {
  const lines: string[] = []
  // One piece for all: a stream would leave a buffer behind for every megabyte.
  const piece = Buffer.allocUnsafe(1024 * 1024)
  for (const source of sources.all) {
    lines.push(`${source.kind} ${source.file} ${await hashOfFile(source.path, piece)}`)
  }
  return hashOf(lines.join('\n'))
}

async function hashOfFile(path: string, piece: Buffer): Promise<string> {
  const hash = createHash('sha256')
  await using file = await open(path, 'r')
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, piece.length)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(piece.subarray(0, bytesRead))
  }
}

/** SHA-256 of a text, hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
