import type { Sources } from './plan/open-sources.ts'
import { sha256Of, sha256OfFile, sha256Piece } from './sha256.ts'

/** SHA-256 over the names and contents of all source files, hexadecimal. Documents on disk have their own hashes. */
export async function sourceHashOf(sources: Sources): Promise<string> {
  const lines: string[] = []
  // One piece for all: a stream would leave a buffer behind for every megabyte.
  const piece = sha256Piece()
  for (const source of sources.all) {
    lines.push(`${source.kind} ${source.file} ${await sha256OfFile(source.path, piece)}`)
  }
  return sha256Of(lines.join('\n'))
}
