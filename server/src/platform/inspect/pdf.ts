const TRAILING_MAX = 1024
const DICTIONARY_MAX = 64 * 1024
const SECTIONS_MAX = 1_000

/** A cross-reference section: where its objects lie, and the dictionary that follows it. */
interface Section {
  readonly dictionary: string
  /** Offsets by object number; null for a compressed section, whose content is not unpacked. */
  readonly offsets: Map<number, number> | null
  /** How many bytes were read for it. */
  readonly size: number
}

/** Where the last end mark stands. Objects behind it mean that an update was begun and is cut off. */
function endOfFile(bytes: Buffer): number {
  const at = bytes.lastIndexOf('%%EOF')
  if (at < 0 || bytes.length - at > TRAILING_MAX) return -1
  return /\d obj\b/.test(bytes.toString('latin1', at)) ? -1 : at
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && ' \t\r\n\f\0'.includes(String.fromCharCode(bytes[at] ?? 0))) at++
  return at
}

/** Reads `xref`, its entries and its trailer (ISO 32000-2, 7.5.4 and 7.5.5). */
function classicSection(bytes: Buffer, at: number): Section | null {
  const trailer = bytes.indexOf('trailer', at)
  if (trailer < 0) return null
  const table = bytes.toString('latin1', at + 4, trailer).trimEnd()
  const entry = /\s*(\d{10}) (\d{5}) ([nf])/y
  const head = /\s*(\d{1,10}) (\d{1,10})(?=\s)/y
  const offsets = new Map<number, number>()
  let position = 0
  while (position < table.length) {
    head.lastIndex = position
    const found = head.exec(table)
    if (!found) return null
    entry.lastIndex = head.lastIndex
    const first = Number(found[1])
    for (let index = 0; index < Number(found[2]); index++) {
      const [, offset, , use] = entry.exec(table) ?? []
      if (offset === undefined || Number(offset) > bytes.length) return null
      if (use === 'n') offsets.set(first + index, Number(offset))
    }
    position = Number(found[2]) > 0 ? entry.lastIndex : head.lastIndex
  }
  const end = bytes.indexOf('startxref', trailer)
  const dictionary = bytes.toString('latin1', trailer, Math.min(end, trailer + DICTIONARY_MAX))
  return { offsets, dictionary, size: trailer - at + dictionary.length }
}

/** Reads the dictionary of a cross-reference stream (ISO 32000-2, 7.5.8). */
function streamSection(bytes: Buffer, at: number): Section | null {
  const text = bytes.toString('latin1', at, at + DICTIONARY_MAX)
  const dictionary = /^\d{1,10}\s+\d{1,5}\s+obj\b([\s\S]*?)\bstream\r?\n/.exec(text)?.[1]
  if (dictionary === undefined || !/\/Type\s*\/XRef\b/.test(dictionary)) return null
  return bytes.indexOf('endstream', at) < 0 ? null : { dictionary, offsets: null, size: dictionary.length }
}

function sectionAt(bytes: Buffer, offset: number): Section | null {
  const at = skipSpace(bytes, offset)
  return bytes.toString('latin1', at, at + 4) === 'xref'
    ? classicSection(bytes, at)
    : streamSection(bytes, at)
}

function numberAfter(dictionary: string, key: string): number | null {
  const found = new RegExp(`/${key}\\s+(\\d{1,12})\\b`).exec(dictionary)?.[1]
  return found === undefined ? null : Number(found)
}

/** All sections from the newest to the oldest, or null when one of them cannot be read. */
function sectionsFrom(bytes: Buffer, start: number): Section[] | null {
  const sections: Section[] = []
  let offset: number | null = start
  // Sections of an honest file do not overlap; those of a hostile one could be read over and over.
  let read = 0
  while (offset !== null) {
    if (sections.length === SECTIONS_MAX || read > bytes.length || offset >= bytes.length) return null
    const section = sectionAt(bytes, offset)
    if (!section) return null
    sections.push(section)
    read += section.size
    offset = numberAfter(section.dictionary, 'Prev')
  }
  return sections
}

function isObjectAt(bytes: Buffer, offset: number, object: number): boolean {
  const at = skipSpace(bytes, offset)
  return new RegExp(`^${object}\\s+\\d{1,5}\\s+obj\\b`).test(bytes.toString('latin1', at, at + 40))
}

/**
 * Tells whether bytes have the structure of a whole PDF (ISO 32000): header, end mark, a cross-reference chain
 * that can be followed from the end to the start, and a catalogue that stands where the chain says. It reads no
 * page and runs nothing. Time is linear in the length.
 */
export function isWholePdf(bytes: Buffer): boolean {
  if (!/^%PDF-[12]\.\d/.test(bytes.toString('latin1', 0, 8))) return false
  const end = endOfFile(bytes)
  if (end < 0) return false
  const start = /startxref\s+(\d{1,12})\s*$/.exec(bytes.toString('latin1', Math.max(0, end - 100), end))?.[1]
  const sections = start === undefined ? null : sectionsFrom(bytes, Number(start))
  const root = sections?.[0] ? numberAfter(sections[0].dictionary, 'Root') : null
  if (!sections || root === null) return false
  const listing = sections.find((section) => section.offsets?.has(root))
  if (!listing) return sections.some((section) => !section.offsets || section.dictionary.includes('/XRefStm'))
  return isObjectAt(bytes, listing.offsets?.get(root) ?? 0, root)
}
