import { closeSync, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Binding } from './binding.ts'
import type { Crash } from './crash-point.ts'
import { encodeLine, type Line, type NumberedLine } from './line.ts'
import { type SegmentEnd, segmentPath } from './segment.ts'
import { createSegment, sealSegment } from './segment-write.ts'
import type { StateIndex } from './state-index.ts'

const dataSync = promisify(fdatasync)

/** Where a writer goes on, and what it tells. */
export interface WriterOptions {
  directory: string
  binding: Binding
  index: StateIndex
  crash: Crash
  now: () => number
  segmentBytes: number
  /** The segment to go on with; created when its end has no lines. */
  segment: number
  end: SegmentEnd
  previous: string
}

interface Waiting {
  lines: Line[]
  resolve: () => void
  reject: (error: unknown) => void
}

const idleCommitMs = 300

/** Appends to the open segment. All workers share one write and one fsync: whoever comes while one runs, joins the next. */
export class LedgerWriter {
  readonly #options: WriterOptions
  #file: number
  #end: SegmentEnd
  #segment: number
  #waiting: Waiting[] = []
  #running: Promise<void> | null = null
  #failure: unknown = null
  #idle: NodeJS.Timeout | null = null

  constructor(options: WriterOptions) {
    this.#options = options
    this.#segment = options.segment
    if (options.end.lines === 0) {
      const made = this.#create(options.previous, options.end.lastNumber)
      this.#file = made.file
      this.#end = made.end
    } else {
      this.#file = openSync(segmentPath(options.directory, options.segment), 'r+')
      this.#end = options.end
    }
  }

  /** Appends in order; resolves when the lines are durable and folded into the index. Rejects for good after a write fails. */
  append(lines: Line[]): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines, resolve, reject })
      this.#running ??= this.#drain()
    })
  }

  /** Waits for what is under way and closes the file. */
  async close(): Promise<void> {
    await this.#running
    if (this.#idle !== null) clearTimeout(this.#idle)
    closeSync(this.#file)
  }

  async #drain(): Promise<void> {
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        const written = await this.#write(batch.flatMap((waiting) => waiting.lines))
        for (const read of written) this.#options.index.apply(read, this.#segment)
        for (const waiting of batch) waiting.resolve()
        if (this.#end.bytes >= this.#options.segmentBytes) this.#roll()
      } catch (error) {
        this.#fail(error, batch)
        break
      }
    }
    this.#running = null
    this.#commitWhenIdle()
  }

  async #write(lines: Line[]): Promise<NumberedLine[]> {
    const { crash } = this.#options
    const numbered = lines.map((line, offset) => ({ n: this.#end.lastNumber + 1 + offset, line }))
    const encoded = Buffer.concat(numbered.map(({ n, line }) => encodeLine(n, line)))
    const intent = lines.some((line) => line.t === 'I')
    if (intent) crash('before-intent')
    writeAll(this.#file, encoded, this.#end.bytes)
    if (intent) crash('after-intent-written')
    await dataSync(this.#file)
    if (intent) crash('after-intent-durable')
    if (lines.some((line) => line.t === 'D')) crash('after-outcome')
    this.#end.hash.update(encoded)
    this.#end.bytes += encoded.length
    this.#end.lines += lines.length
    this.#end.lastNumber += lines.length
    return numbered
  }

  #roll(): void {
    const { crash, now } = this.#options
    crash('before-segment-seal')
    const { sealHash, lastNumber } = sealSegment(this.#file, this.#end, now())
    crash('after-segment-seal')
    this.#segment += 1
    const made = this.#create(sealHash, lastNumber)
    this.#file = made.file
    this.#end = made.end
    crash('after-segment-created')
  }

  #create(previous: string, lastNumber: number): { file: number; end: SegmentEnd } {
    const { directory, binding, now } = this.#options
    return createSegment(
      directory,
      { t: 'H', version: 1, segment: this.#segment, previous, at: now(), binding },
      lastNumber,
    )
  }

  /** A line that could not be written must not be followed by another: what is torn is cut, and nothing more is taken. */
  #fail(error: unknown, batch: Waiting[]): void {
    this.#failure = error
    try {
      ftruncateSync(this.#file, this.#end.bytes)
    } catch {
      // The next start cuts it.
    }
    for (const waiting of [...batch, ...this.#waiting]) waiting.reject(error)
    this.#waiting = []
  }

  #commitWhenIdle(): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#options.index.commit(), idleCommitMs)
    this.#idle.unref()
  }
}

function writeAll(file: number, bytes: Buffer, position: number): void {
  let written = 0
  while (written < bytes.length) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written)
  }
}
