import { readFrames } from './frames.ts'

/* Stands in for the decoding process in tests and does what the name of the file says. */
for await (const { name, bytes } of readFrames(process.stdin)) {
  if (name === 'crash') process.abort()
  if (name === 'hang') for (;;);
  process.stdout.write(
    `${JSON.stringify({ refused: { reason: 'file.damaged', message: `${name} ${bytes.length}` } })}\n`,
  )
}
