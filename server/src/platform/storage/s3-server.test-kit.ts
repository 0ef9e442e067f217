import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A small S3 for tests: one bucket in memory, which verifies every signature from the AWS document alone. */
export interface TestS3 {
  readonly endpoint: string
  readonly objects: Map<string, Buffer>
  /** Lines such as `PUT /bucket/key 200`. */
  readonly calls: string[]
  /** Answers the next requests with these statuses instead of doing them; 0 breaks the connection. */
  readonly failures: number[]
  close(): void
}

interface TestS3Options {
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly pageSize: number
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Signature Version 4 as AWS documents it; an error code when the request does not bear a right one. */
function signatureFault(request: IncomingMessage, body: Buffer, options: TestS3Options): string | null {
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    )
  const [, keyId, day = '', region = '', names = '', signature = ''] = authorization ?? []
  const at = String(request.headers['x-amz-date'] ?? '')
  const signed = names.split(';')
  if (keyId !== options.accessKeyId || region !== options.region || !at.startsWith(day))
    return 'InvalidAccessKeyId'
  if (!['host', 'x-amz-date', 'x-amz-content-sha256'].every((name) => signed.includes(name)))
    return 'AccessDenied'
  if (request.headers['x-amz-content-sha256'] !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  const url = new URL(request.url ?? '/', 'http://s3')
  const query = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort()
  const canonical = [
    request.method,
    url.pathname
      .split('/')
      .map((part) => encoded(decodeURIComponent(part)))
      .join('/'),
    query.join('&'),
    ...signed.map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}`,
    ),
    '',
    names,
    sha256(body),
  ].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const key = hmac(hmac(hmac(hmac(`AWS4${options.secretAccessKey}`, day), region), 's3'), 'aws4_request')
  const expected = hmac(key, ['AWS4-HMAC-SHA256', at, scope, sha256(canonical)].join('\n'))
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? null : 'SignatureDoesNotMatch'
}

function listPage(objects: Map<string, Buffer>, query: URLSearchParams, pageSize: number): string {
  const token = query.get('continuation-token')
  const after = token ? Buffer.from(token, 'base64').toString() : (query.get('start-after') ?? '')
  const keys = [...objects.keys()]
    .filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
    .sort()
  const page = keys.slice(0, pageSize)
  const more = keys.length > pageSize
  const next = more
    ? `<NextContinuationToken>${Buffer.from(page.at(-1) ?? '').toString('base64')}</NextContinuationToken>`
    : ''
  const items = page.map(
    (key) => `<Contents><Key>${key}</Key><LastModified>2026-11-20T12:00:00.000Z</LastModified></Contents>`,
  )
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${items.join('\n')}</ListBucketResult>`
}

function perform(
  s3: TestS3,
  options: TestS3Options,
  request: IncomingMessage,
  body: Buffer,
): [number, (string | Buffer)?] {
  const fault = signatureFault(request, body, options)
  if (fault) return [403, `<Error><Code>${fault}</Code></Error>`]
  const url = new URL(request.url ?? '/', 'http://s3')
  const [, bucket, ...rest] = url.pathname.split('/')
  if (bucket !== options.bucket) return [404, '<Error><Code>NoSuchBucket</Code></Error>']
  const key = rest.join('/')
  if (key === '') return [200, listPage(s3.objects, url.searchParams, options.pageSize)]
  if (request.method === 'PUT') s3.objects.set(key, body)
  if (request.method === 'DELETE') s3.objects.delete(key)
  if (request.method === 'DELETE') return [204]
  const found = s3.objects.get(key)
  return found ? [200, request.method === 'GET' ? found : ''] : [404, '<Error><Code>NoSuchKey</Code></Error>']
}

async function answer(s3: TestS3, options: TestS3Options, request: IncomingMessage, reply: ServerResponse) {
  const body = Buffer.concat(await request.toArray())
  const failure = s3.failures.shift()
  if (failure === 0) return void request.socket.destroy()
  const [status, content] = failure === undefined ? perform(s3, options, request, body) : [failure]
  s3.calls.push(`${request.method} ${request.url} ${status}`)
  reply.writeHead(status).end(request.method === 'HEAD' ? undefined : content)
}

/** Starts the server on a free port of the loopback. */
export async function startTestS3(options: TestS3Options): Promise<TestS3> {
  const server: Server = createServer((request, reply) => {
    answer(s3, options, request, reply).catch(() => reply.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const s3: TestS3 = {
    endpoint: `http://127.0.0.1:${port}`,
    objects: new Map(),
    calls: [],
    failures: [],
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
  return s3
}
