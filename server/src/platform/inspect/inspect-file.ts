import { availableParallelism } from 'node:os'
import { Fault } from '../fault.ts'
import { DecoderProcess, type Loss } from './decoder-process.ts'
import type { Inspection, Judgement } from './judge.ts'

const TIMEOUT_MS = 30_000
const WAITING_MAX = 64
const PROCESSES_MAX = 4
/** A process can die for a reason that is not the file's; the second time it is the file. */
const ATTEMPTS = 2

/** How much an inspector may use. */
export interface InspectorOptions {
  /** How many files are decoded at once; one for each processor, at most 4, when absent. */
  readonly processes?: number
  /** How long one file may take; 30 s when absent. */
  readonly timeoutMs?: number
  /** How many files may wait for a process; 64 when absent. */
  readonly waitingMax?: number
  /** The program of the processes; ours when absent. */
  readonly script?: URL
}

/** Decides what files are, in processes of their own that are kept warm. */
export interface FileInspector {
  /**
   * Accepts PDF, JPEG, PNG and GIF whose name (where its extension says something), first bytes and full decoding
   * agree. Raises `file.unsupported-type` for any other type (R71), `file.damaged`, `file.too-large` beyond 50
   * million pixels, `service.busy` (503 with Retry-After) when too many files wait, `service.unavailable` when no
   * process can be started.
   */
  inspectFile(bytes: Buffer, declaredName?: string): Promise<Inspection>
  /** Ends the processes; files in them are answered `service.unavailable`. */
  close(): void
}

class Inspector implements FileInspector {
  readonly #options: Required<InspectorOptions>
  readonly #idle: DecoderProcess[] = []
  readonly #all = new Set<DecoderProcess>()
  readonly #waiting: (() => void)[] = []
  #running = 0
  #isClosed = false

  constructor(options: InspectorOptions) {
    this.#options = {
      processes: Math.min(availableParallelism(), PROCESSES_MAX),
      timeoutMs: TIMEOUT_MS,
      waitingMax: WAITING_MAX,
      script: new URL('./child.ts', import.meta.url),
      ...options,
    }
  }

  async inspectFile(bytes: Buffer, declaredName?: string): Promise<Inspection> {
    await this.#turn()
    try {
      let outcome: Judgement | Loss = 'died'
      for (let attempt = 0; attempt < ATTEMPTS && outcome === 'died'; attempt++) {
        outcome = await this.#attempt(bytes, declaredName)
      }
      return resultOf(outcome)
    } finally {
      this.#leave()
    }
  }

  close(): void {
    this.#isClosed = true
    for (const child of this.#all) child.kill('closed')
  }

  /** Waits until a process is free. */
  async #turn(): Promise<void> {
    if (this.#running >= this.#options.processes) {
      if (this.#waiting.length >= this.#options.waitingMax)
        throw new Fault('service.busy', { retryAfterSeconds: 1 })
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else {
      this.#running++
    }
  }

  /** Hands the process on to the one who has waited longest. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running--
  }

  async #attempt(bytes: Buffer, name: string | undefined): Promise<Judgement | Loss> {
    if (this.#isClosed) return 'closed'
    const child = this.#process()
    const outcome = await child.judge(bytes, name, this.#options.timeoutMs)
    if (child.isAlive) this.#idle.push(child)
    else this.#all.delete(child)
    return outcome
  }

  #process(): DecoderProcess {
    for (let child = this.#idle.pop(); child; child = this.#idle.pop()) {
      if (child.isAlive) return child
      this.#all.delete(child)
    }
    const child = new DecoderProcess(this.#options.script)
    this.#all.add(child)
    return child
  }
}

function resultOf(outcome: Judgement | Loss): Inspection {
  if (outcome === 'closed' || outcome === 'not-started') {
    throw new Fault('service.unavailable', { retryAfterSeconds: 5 })
  }
  if (outcome === 'died' || outcome === 'timeout') {
    throw new Fault('file.damaged', { message: 'The file cannot be decoded' })
  }
  if ('refused' in outcome) throw new Fault(outcome.refused.reason, { message: outcome.refused.message })
  return outcome.accepted
}

/** Opens an inspector. Its processes start with the first files and do not keep this process alive. */
export function createFileInspector(options: InspectorOptions = {}): FileInspector {
  return new Inspector(options)
}
