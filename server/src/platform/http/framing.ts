import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { Fault } from '../fault.ts'
import { faultReply } from './reply.ts'

/** What the HTTP layer refuses by itself before a route is reached, in our words; anything else stays as it is. */
export function framingFault(thrown: unknown): unknown {
  if (thrown instanceof Fault || !(thrown instanceof Error) || !('code' in thrown)) return thrown
  switch (thrown.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Fault('request.too-large')
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Fault('request.unsupported-media-type')
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Fault('route.unknown')
    case 'FST_ERR_BAD_URL':
      return new Fault('request.malformed', { message: 'The address has an escape (%) that is not valid' })
    default:
      return isCallersError(thrown)
        ? new Fault('request.malformed', { message: 'The request is not valid HTTP' })
        : thrown
  }
}

function isCallersError(thrown: Error & { code: unknown }): boolean {
  const status = 'statusCode' in thrown ? Number(thrown.statusCode) : 0
  return String(thrown.code).startsWith('FST_') && status >= 400 && status < 500
}

/** What bytes that are no HTTP request, or come too slowly, are answered. */
function socketFault(code: string | undefined): Fault {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Fault('request.timeout')
    case 'HPE_HEADER_OVERFLOW':
      return new Fault('request.headers-too-large')
    default:
      return new Fault('request.malformed', { message: 'The request is not valid HTTP' })
  }
}

/** Answers what never became a request, in the contract's shape, and ends the connection. */
export function refuseSocket(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const { status, body } = faultReply(socketFault(error.code))
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ]
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]))
}
