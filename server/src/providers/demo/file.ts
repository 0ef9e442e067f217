import type { DownloadedFile } from '../../provider-kit/provider.ts'

/** A picture of 8 by 8 grey points: the image of every demo document. */
const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAADklEQVR42mNogAIGyhgAgIQgARDoahcAAAAASUVORK5CYII='

/** An image that the demo provider keeps: the same for every reference. */
export function demoFile(fileReference: string): DownloadedFile {
  return {
    bytes: Buffer.from(picture, 'base64'),
    mediaType: 'image/png',
    name: `${fileReference.replace(/[^a-z0-9-]/gi, '').slice(0, 60) || 'demo'}.png`,
  }
}
