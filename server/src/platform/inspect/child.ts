import { readFrames } from './frames.ts'
import { judgeFile } from './judge.ts'

/*
 * The process that decodes: it reads frames from its standard input, answers each with one line of JSON, and ends
 * with its input, that is with its parent.
 */

const MEMORY_BYTES_MAX = 768 * 1024 * 1024
const MEMORY_LOOK_MS = 10

/** Decoders allocate outside the JavaScript heap, so the process watches itself and dies before it is too large. */
function watchMemory(): NodeJS.Timeout {
  return setInterval(() => {
    if (process.memoryUsage.rss() > MEMORY_BYTES_MAX) process.exit(1)
  }, MEMORY_LOOK_MS)
}

// A terminal's Ctrl-C reaches this process too; the parent drains first and then closes the input.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

for await (const { name, bytes } of readFrames(process.stdin)) {
  const watch = watchMemory()
  const judgement = await judgeFile(bytes, name)
  clearInterval(watch)
  process.stdout.write(`${JSON.stringify(judgement)}\n`)
}
