/** A file on its way to the process that decodes it. */
export interface Frame {
  readonly name: string | undefined
  readonly bytes: Buffer
}

const NO_NAME = 0xffffffff
const HEAD_BYTES = 8

/** A frame as it is sent: length of the name, length of the bytes (32 bits each), the name; the bytes follow. */
export function frameHead({ name, bytes }: Frame): Buffer {
  const text = Buffer.from(name ?? '')
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32BE(name === undefined ? NO_NAME : text.length, 0)
  head.writeUInt32BE(bytes.length, 4)
  return Buffer.concat([head, text])
}

function lengthOf(head: Buffer): number {
  const name = head.readUInt32BE(0)
  return HEAD_BYTES + (name === NO_NAME ? 0 : name) + head.readUInt32BE(4)
}

function frameOf(whole: Buffer): Frame {
  const named = whole.readUInt32BE(0)
  const start = HEAD_BYTES + (named === NO_NAME ? 0 : named)
  return {
    name: named === NO_NAME ? undefined : whole.toString('utf8', HEAD_BYTES, start),
    bytes: whole.subarray(start),
  }
}

/** Puts frames together again, however the stream was cut. One that the stream ends in is dropped. */
export async function* readFrames(input: AsyncIterable<Buffer>): AsyncIterable<Frame> {
  let waiting: Buffer[] = []
  let size = 0
  let wanted = HEAD_BYTES
  for await (const chunk of input) {
    waiting.push(chunk)
    size += chunk.length
    while (size >= wanted) {
      const all = Buffer.concat(waiting, size)
      waiting = [all]
      const length = lengthOf(all)
      wanted = length
      if (size < length) break
      yield frameOf(all.subarray(0, length))
      waiting = [all.subarray(length)]
      size -= length
      wanted = HEAD_BYTES
    }
  }
}
