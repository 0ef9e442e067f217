/** The kinds of file that are accepted (R70). */
export interface FileKind {
  readonly mime: 'application/pdf' | 'image/jpeg' | 'image/png' | 'image/gif'
  readonly extension: 'pdf' | 'jpg' | 'png' | 'gif'
  readonly title: 'PDF' | 'JPEG' | 'PNG' | 'GIF'
}

const PDF: FileKind = { mime: 'application/pdf', extension: 'pdf', title: 'PDF' }
const JPEG: FileKind = { mime: 'image/jpeg', extension: 'jpg', title: 'JPEG' }
const PNG: FileKind = { mime: 'image/png', extension: 'png', title: 'PNG' }
const GIF: FileKind = { mime: 'image/gif', extension: 'gif', title: 'GIF' }

const MAGIC: readonly [string, FileKind][] = [
  ['%PDF-', PDF],
  ['\xff\xd8\xff', JPEG],
  ['\x89PNG\r\n\x1a\n', PNG],
  ['GIF87a', GIF],
  ['GIF89a', GIF],
]

/** Extensions of file names, with the kind they promise; null for kinds that are not accepted. */
const EXTENSIONS: Readonly<Record<string, FileKind | null>> = {
  pdf: PDF,
  jpg: JPEG,
  jpeg: JPEG,
  jpe: JPEG,
  jfif: JPEG,
  png: PNG,
  gif: GIF,
  ...Object.fromEntries(
    ['tif', 'tiff', 'svg', 'htm', 'html', 'xml', 'js', 'txt', 'csv', 'rtf', 'zip', 'exe', 'eml', 'msg']
      .concat([
        'doc',
        'docx',
        'docm',
        'xls',
        'xlsx',
        'xlsm',
        'ppt',
        'pptx',
        'odt',
        'bmp',
        'webp',
        'heic',
        'mp4',
      ])
      .map((extension) => [extension, null]),
  ),
}

/** The kind that the first bytes announce. */
export function kindOfMagic(bytes: Buffer): FileKind | null {
  const head = bytes.toString('latin1', 0, 8)
  return MAGIC.find(([magic]) => head.startsWith(magic))?.[1] ?? null
}

/**
 * The kind that a file name promises: null for one that is not accepted, undefined when the name promises nothing
 * (no extension, or one that is no file type, as in `passport.2019`).
 */
export function kindOfName(name: string): FileKind | null | undefined {
  const extension = /\.([a-z0-9]{1,5})\s*$/i.exec(name)?.[1]?.toLowerCase()
  return extension !== undefined && Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined
}
