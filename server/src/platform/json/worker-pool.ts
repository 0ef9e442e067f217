import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { Fault } from '../fault.ts'
import type { Upload } from './parse.ts'
import { parseJson, parseUploadBody } from './parse.ts'
import type { WorkerJob, WorkerReply } from './worker-messages.ts'

/** Bodies up to this size are parsed where they are: handing them over would take longer. */
export const LARGE_BODY_BYTES = 1_000_000
const FILE_BYTES_MAX = 50_000_000
const RETRY_AFTER_SECONDS = 1
const COPY_BYTES = 2 * 1024 * 1024

/** How much a pool may use. */
export interface JsonPoolOptions {
  /** How many large bodies are parsed at once; 4 when absent. */
  readonly workers?: number
  /** How much each worker's heap may hold; 512 MB when absent. */
  readonly heapMegabytesMax?: number
}

/** Reads large bodies off the event loop. */
export interface JsonPool {
  /**
   * `parseJson` for a body of any size. Raises what it raises, `service.busy` (503 with Retry-After) when all
   * workers are taken, `request.too-large` when the body does not fit a worker's memory.
   */
  parseLarge(bytes: Buffer): Promise<unknown>
  /**
   * `parseUploadBody` for a body of any size: `decodedBytesMax` is the most the file may have, 50 MB when
   * absent. Raises what it raises, and what `parseLarge` raises.
   */
  parseUpload(bytes: Buffer, decodedBytesMax?: number): Promise<Upload>
  /** Ends all workers; a body being read is answered `service.unavailable`. */
  close(): Promise<void>
}

function faultOfExit(error?: unknown): Fault {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return new Fault('request.too-large', { cause: error })
  return new Fault('service.unavailable', { cause: error, retryAfterSeconds: RETRY_AFTER_SECONDS })
}

class Pool implements JsonPool {
  readonly #heapMegabytesMax: number
  readonly #idle: Worker[] = []
  readonly #all = new Set<Worker>()
  #free: number

  constructor({ workers = 4, heapMegabytesMax = 512 }: JsonPoolOptions) {
    this.#free = workers
    this.#heapMegabytesMax = heapMegabytesMax
  }

  async parseLarge(bytes: Buffer): Promise<unknown> {
    if (bytes.length <= LARGE_BODY_BYTES) return parseJson(bytes)
    const reply = await this.#run(bytes, null)
    return reply.kind === 'value' ? reply.value : undefined
  }

  async parseUpload(bytes: Buffer, decodedBytesMax = FILE_BYTES_MAX): Promise<Upload> {
    if (bytes.length <= LARGE_BODY_BYTES) return parseUploadBody(bytes, decodedBytesMax)
    const reply = await this.#run(bytes, decodedBytesMax)
    if (reply.kind !== 'upload') throw new Fault('service.fault')
    const { value, data, declaredMime } = reply
    return { value, data: data && Buffer.from(data.buffer), declaredMime }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.terminate()))
  }

  async #run(bytes: Buffer, decodedBytesMax: number | null): Promise<WorkerReply> {
    if (this.#free === 0) throw new Fault('service.busy', { retryAfterSeconds: RETRY_AFTER_SECONDS })
    this.#free--
    try {
      const job: WorkerJob = { bytes: await copied(bytes), decodedBytesMax }
      const worker = this.#idle.pop() ?? this.#start()
      worker.ref()
      const reply = await ask(worker, job)
      worker.unref()
      this.#idle.push(worker)
      if (reply.kind === 'fault') {
        const { reason, message, pointer, info } = reply
        throw new Fault(reason, { message, info, ...(pointer === undefined ? {} : { pointer }) })
      }
      return reply
    } finally {
      this.#free++
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMegabytesMax },
    })
    this.#all.add(worker)
    // A worker that dies while idle is only forgotten; the next body starts another.
    worker.on('error', () => {})
    worker.on('exit', () => {
      this.#all.delete(worker)
      const at = this.#idle.indexOf(worker)
      if (at >= 0) this.#idle.splice(at, 1)
    })
    worker.unref()
    return worker
  }
}

/** A copy to move away, made in slices: fresh memory is slow, and other requests must not wait for all of it. */
async function copied(bytes: Buffer): Promise<Uint8Array<ArrayBuffer>> {
  const copy = new Uint8Array(new ArrayBuffer(bytes.length))
  for (let at = 0; at < bytes.length; at += COPY_BYTES) {
    if (at > 0) await setImmediate()
    copy.set(bytes.subarray(at, at + COPY_BYTES), at)
  }
  return copy
}

/** Hands a job over and waits for its answer; the body's memory moves with it. */
function ask(worker: Worker, job: WorkerJob): Promise<WorkerReply> {
  const { promise, resolve, reject } = Promise.withResolvers<WorkerReply>()
  const onError = (error: unknown) => reject(faultOfExit(error))
  const onExit = () => reject(faultOfExit())
  worker.once('message', resolve)
  worker.once('error', onError)
  worker.once('exit', onExit)
  worker.postMessage(job, [job.bytes.buffer])
  return promise.finally(() => {
    worker.off('message', resolve)
    worker.off('error', onError)
    worker.off('exit', onExit)
  })
}

/** Opens a pool that starts its workers when the first large bodies come. They do not keep the process alive. */
export function createJsonPool(options: JsonPoolOptions = {}): JsonPool {
  return new Pool(options)
}
