import { readFileSync } from 'node:fs'
import type { IncomingMessage, Server } from 'node:http'
import { createServer } from 'node:http'
import type { HeldProfile, MigratedBank } from './migrated-bank.ts'

/** How the server of a test pages and slows down. */
export interface ServerManners {
  apikey: string
  /** Pages by a cursor `after` instead of by offset. */
  hasCursor: boolean
  /** Answers 429 to the first calls, this many. */
  refusals: number
}

/** Fewer than a caller asks for, so that even a small bank has several pages. */
const resultsMax = 50

const routes: readonly (readonly [
  RegExp,
  (profile: HeldProfile, id: string, search: URLSearchParams) => unknown,
])[] = [
  [/^\/4\.0\/profiles\/([^/]+)$/, presentProfile],
  [/^\/4\.0\/profiles\/([^/]+)\/collected_data$/, (profile) => profile.collected_data],
  [/^\/4\.0\/profiles\/([^/]+)\/document_images$/, (profile) => profile.images.map(withoutPath)],
  [/^\/4\.0\/profiles\/([^/]+)\/document_images\/([^/]+)$/, presentImage],
  [/^\/4\.0\/profiles\/([^/]+)\/files\/([^/]+)$/, (profile, id) => withContent(profile.files, id)],
]

function presentProfile(profile: HeldProfile): unknown {
  const { images, files: _files, ...rest } = profile
  return { ...rest, document_images: images.map(withoutPath) }
}

function presentImage(profile: HeldProfile, id: string, search: URLSearchParams): unknown {
  const isFull = search.get('full') === 'true'
  return isFull
    ? withContent(profile.images, id)
    : profile.images.map(withoutPath).find((image) => image.id === id)
}

function withoutPath<T extends { path: string }>({ path: _path, ...rest }: T): Omit<T, 'path'> {
  return rest
}

function withContent<T extends { id: string; path: string }>(held: readonly T[], id: string): unknown {
  const found = held.find((one) => one.id === id)
  if (found === undefined) return undefined
  const data = readFileSync(found.path).toString('base64')
  return { ...withoutPath(found), decrypted_data: `data:application/octet-stream;base64,${data}` }
}

function listPage(bank: MigratedBank, search: URLSearchParams, hasCursor: boolean): unknown {
  const q = search.get('q')
  const all = bank.profiles.filter((profile) => q === null || profile.tags.some(({ name }) => name === q))
  const limit = Math.min(Number(search.get('limit')), resultsMax)
  const offset = Number(search.get('after') ?? search.get('offset') ?? 0)
  const results = all.slice(offset, offset + limit).map(({ id, role }) => ({ id, role }))
  const next = offset + results.length
  const after = hasCursor && next < all.length ? { after: String(next) } : {}
  return { count: all.length, limit, offset, results, associated_results: [], ...after }
}

function answer(bank: MigratedBank, request: IncomingMessage, manners: ServerManners): [number, unknown] {
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (request.headers.apikey !== manners.apikey) return [401, { errors: [{ code: 204 }] }]
  if (manners.refusals > 0) {
    manners.refusals -= 1
    return [429, { errors: [] }]
  }
  if (url.pathname === '/4.0/profiles') return [200, listPage(bank, url.searchParams, manners.hasCursor)]
  for (const [pattern, present] of routes) {
    const [, profileId, id = ''] = pattern.exec(url.pathname) ?? []
    const profile = bank.profiles.find((held) => held.id === profileId)
    const body = profile === undefined ? undefined : present(profile, id, url.searchParams)
    if (body !== undefined) return [200, body]
  }
  return [404, { errors: [] }]
}

/** Serves a bank over HTTP as the API would, on a free port of the loopback address; answers its address. */
export async function serveBank(
  bank: MigratedBank,
  manners: ServerManners,
): Promise<{ server: Server; url: string }> {
  const server = createServer((request, reply) => {
    const [status, body] = answer(bank, request, manners)
    reply.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' })
    reply.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { server, url: `http://127.0.0.1:${port}` }
}
