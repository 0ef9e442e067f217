import { parentPort } from 'node:worker_threads'
import { Fault } from '../fault.ts'
import { parseJson, parseUploadBody } from './parse.ts'
import type { WorkerJob, WorkerReply } from './worker-messages.ts'

function run(job: WorkerJob): WorkerReply {
  const bytes = Buffer.from(job.bytes.buffer, job.bytes.byteOffset, job.bytes.byteLength)
  if (job.decodedBytesMax === null) return { kind: 'value', value: parseJson(bytes) }
  const { value, data, declaredMime } = parseUploadBody(bytes, job.decodedBytesMax)
  return { kind: 'upload', value, data, declaredMime }
}

function answer(job: WorkerJob): WorkerReply {
  try {
    return run(job)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const { reason, message, pointer, info } = error
    return { kind: 'fault', reason, message, pointer, info }
  }
}

parentPort?.on('message', (job: WorkerJob) => {
  const reply = answer(job)
  const moved = reply.kind === 'upload' && reply.data ? [reply.data.buffer] : []
  parentPort?.postMessage(reply, moved)
})
