import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Sources } from './plan/open-sources.ts'

/** SHA-256 over the names and contents of all source files, hexadecimal. Documents on disk have their own hashes. */
export async function sourceHashOf(sources: Sources): Promise<string> {
  const lines: string[] = []
  for (const source of sources.all) {
    const hash = createHash('sha256')
    await pipeline(createReadStream(source.path, { highWaterMark: 1024 * 1024 }), hash)
    lines.push(`${source.kind} ${source.file} ${hash.digest('hex')}`)
  }
  return hashOf(lines.join('\n'))
}

/** SHA-256 of a text, hexadecimal. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
