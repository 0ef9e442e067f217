const HEADER_BYTES = 13
const EXTENSION = 0x21
const IMAGE = 0x2c
const TRAILER = 0x3b
const IMAGE_HEAD_BYTES = 10

/** How long the colour table is that a packed field announces. */
function tableBytes(packed: number): number {
  return (packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1)
}

/** The place behind a chain of data blocks: each begins with its length, the last one is empty. */
function behindBlocks(bytes: Buffer, from: number): number {
  let at = from
  for (let length = bytes[at]; length !== undefined && length > 0; length = bytes[at]) at += length + 1
  return at + 1
}

/**
 * Tells whether a GIF goes through to its end mark, block by block (GIF89a specification). Decoders show what
 * they have of one that is cut off between two frames, so decoding alone does not notice.
 */
export function isWholeGif(bytes: Buffer): boolean {
  let at = HEADER_BYTES + tableBytes(bytes[10] ?? 0)
  for (;;) {
    const kind = bytes[at]
    if (kind === TRAILER) return true
    if (kind === EXTENSION) at = behindBlocks(bytes, at + 2)
    else if (kind === IMAGE)
      at = behindBlocks(bytes, at + IMAGE_HEAD_BYTES + tableBytes(bytes[at + 9] ?? 0) + 1)
    else return false
  }
}
