import { silentLog } from '../src/platform/log-sentences.ts'
import { startEmbedded } from '../src/platform/postgres/index.ts'
import { withStartLock } from '../src/platform/postgres/start-lock.ts'

// A process of its own for tests that kill one: `postgres HOME` uses the embedded server, `lock FILE` holds a lock.
// It prints one line when it is there, and leaves in good order when its standard input ends.
const [what, path] = process.argv.slice(2)
if (path === undefined) throw new Error('usage: embedded-process.ts postgres|lock PATH')

const untilInputEnds = () => new Promise<void>((resolve) => process.stdin.once('end', resolve).resume())

if (what === 'lock') {
  await withStartLock(path, async () => {
    process.stdout.write('held\n')
    await untilInputEnds()
  })
} else {
  const server = await startEmbedded({ home: path, log: silentLog })
  process.stdout.write(`${server.pid} ${server.startedHere}\n`)
  await untilInputEnds()
  await server.stop()
}
