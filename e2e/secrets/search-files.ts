import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Bytes that must be nowhere, and what to call them. */
export interface Needle {
  readonly name: string
  readonly bytes: Buffer
  /** Files, by path below the home, in which they belong. */
  readonly allowedIn?: readonly string[]
}

/** A place where a needle lies. */
export interface Hit {
  readonly file: string
  readonly needle: string
  readonly offset: number
  /** What stands there, unprintable bytes as dots: values of tests, never of anybody. */
  readonly around: string
}

const hitsOfOneFileMax = 5
const aroundBytes = 48

/** Every form in which a text may lie in a file: as it is, Base64 at each alignment, hexadecimal, UTF-16. */
export function formsOfText(name: string, text: string, allowedIn: readonly string[] = []): Needle[] {
  const bytes = Buffer.from(text, 'utf8')
  const little = Buffer.from(text, 'utf16le')
  const big = Buffer.from(little).swap16()
  return [
    ...formsOfBytes(name, bytes, allowedIn),
    { name: `${name}, UTF-16 LE`, bytes: little, allowedIn },
    { name: `${name}, UTF-16 BE`, bytes: big, allowedIn },
  ]
}

/** Every form in which bytes may lie in a file: as they are, Base64 at each alignment, hexadecimal. */
export function formsOfBytes(name: string, bytes: Buffer, allowedIn: readonly string[] = []): Needle[] {
  const hex = bytes.toString('hex')
  return [
    { name: `${name}, raw`, bytes, allowedIn },
    ...[0, 1, 2].map((alignment) => ({
      name: `${name}, Base64 at ${alignment}`,
      bytes: Buffer.from(base64Core(bytes, alignment)),
      allowedIn,
    })),
    { name: `${name}, hex`, bytes: Buffer.from(hex), allowedIn },
    { name: `${name}, HEX`, bytes: Buffer.from(hex.toUpperCase()), allowedIn },
  ]
}

/** The characters of a Base64 text that these bytes alone decide when so many others stand before them. */
export function base64Core(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
}

/** Searches every byte of every file below a directory, links followed once. Sorted by file. */
export async function searchFiles(home: string, needles: readonly Needle[]): Promise<Hit[]> {
  const hits: Hit[] = []
  for (const file of await filesBelow(home)) {
    const place = relative(home, file.shown)
    const content = await readFile(file.path).catch(missing)
    if (content === null) continue
    for (const needle of needles) {
      if (needle.allowedIn?.includes(place) === true) continue
      hits.push(...hitsIn(content, needle, place))
    }
  }
  return hits.sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** A file that went away between listing and reading, as PostgreSQL's do, is none. */
function missing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}

function hitsIn(content: Buffer, { name, bytes }: Needle, file: string): Hit[] {
  const hits: Hit[] = []
  for (let at = content.indexOf(bytes); at !== -1; at = content.indexOf(bytes, at + 1)) {
    const around = content.subarray(Math.max(0, at - aroundBytes), at + bytes.length + aroundBytes)
    hits.push({
      file,
      needle: name,
      offset: at,
      around: around.toString('latin1').replace(/[^\x20-\x7e]/g, '.'),
    })
    if (hits.length === hitsOfOneFileMax) break
  }
  return hits
}

interface Found {
  /** Where it is read. */
  readonly path: string
  /** Where it appears below the home. */
  readonly shown: string
}

async function filesBelow(directory: string, shown = directory): Promise<Found[]> {
  const found: Found[] = []
  for (const name of await readdir(directory).catch((error: unknown) => missing(error) ?? [])) {
    const path = join(directory, name)
    const kind = await lstat(path).catch(missing)
    if (kind === null) continue
    const real = kind.isSymbolicLink() ? await realpath(path) : path
    const state = kind.isSymbolicLink() ? await lstat(real) : kind
    if (state.isDirectory()) found.push(...(await filesBelow(real, join(shown, name))))
    else if (state.isFile()) found.push({ path: real, shown: join(shown, name) })
  }
  return found
}
