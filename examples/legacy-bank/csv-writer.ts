import { closeSync, openSync, writeSync } from 'node:fs'
import type { Row } from './people.ts'

const chunkBytes = 256 * 1024

/** Writes one file as the old system does: semicolons, CRLF, a header row, UTF-8. */
export class CsvWriter {
  readonly #columns: readonly string[]
  readonly #file: number
  #chunks: Buffer[] = []
  #waiting = 0
  #lines = 0
  /** Rows written so far, the header not counted. */
  rows = 0

  /** Opens the file (mode 0600) and writes the header. */
  constructor(path: string, columns: readonly string[]) {
    this.#columns = columns
    this.#file = openSync(path, 'w', 0o600)
    this.#put(Buffer.from(`${columns.join(';')}\r\n`))
    this.#lines = 1
  }

  /** Writes a row and returns the line it begins on, as an editor counts. `latin1` breaks the encoding on purpose. */
  write(row: Row, encoding: 'utf8' | 'latin1' = 'utf8'): number {
    const line = this.#lines + 1
    const text = `${this.#columns.map((column) => field(row[column] ?? '')).join(';')}\r\n`
    this.#put(Buffer.from(text, encoding))
    this.#lines += text.split('\n').length - 1
    this.rows += 1
    return line
  }

  /** Writes what is waiting and closes the file. */
  close(): void {
    this.#flush()
    closeSync(this.#file)
  }

  #put(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.#waiting += bytes.length
    if (this.#waiting >= chunkBytes) this.#flush()
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#chunks)
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written)
    this.#chunks = []
    this.#waiting = 0
  }
}

function field(text: string): string {
  return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
