import type { FastifyReply, FastifyRequest } from 'fastify'
import { Fault } from '../fault.ts'
import { bodyLimits } from './body.ts'
import { ByteBudget } from './byte-budget.ts'

/** Smaller bodies are not counted: as many as there are connections hold less than one upload. */
const countedFrom = 16_384
/** Four of the largest bodies of one account, and room for two more of the others. */
const bounds = { total: 6 * bodyLimits.file, perAccount: 4 * bodyLimits.file }

/** The memory of one server for bodies that come in and replies that go out. */
export interface BodyMemory {
  /**
   * Sets room aside for a body before its first byte is read, until the reply has left: as many bytes as the request
   * declares, else as many as the operation takes. Raises `service.busy`.
   */
  admitBody(accountId: string, request: FastifyRequest, reply: FastifyReply, limit: number): void
  /** Sets room aside for a large reply to a read, until the reader has taken it. Raises `service.busy`. */
  admitReply(accountId: string, reply: FastifyReply, bytes: number): void
}

/** Makes the budgets of one server (ASVS 5.2.1, 15.2.2). */
export function createBodyMemory(): BodyMemory {
  const incoming = new ByteBudget(bounds)
  const outgoing = new ByteBudget(bounds)
  const admit = (budget: ByteBudget, accountId: string, reply: FastifyReply, bytes: number) => {
    if (bytes <= countedFrom) return
    if (!budget.take(accountId, bytes)) throw new Fault('service.busy', { retryAfterSeconds: 1 })
    reply.raw.once('close', () => budget.release(accountId, bytes))
  }
  return {
    admitBody: (accountId, request, reply, limit) =>
      admit(incoming, accountId, reply, expectedBytes(request, limit)),
    admitReply: (accountId, reply, bytes) => admit(outgoing, accountId, reply, bytes),
  }
}

/** What will be read of the body; nothing of one that declares itself too large, which is refused unread. */
function expectedBytes({ headers }: FastifyRequest, limit: number): number {
  if (headers['transfer-encoding'] !== undefined) return limit
  const declared = Number(headers['content-length'] ?? 0)
  return declared > limit ? 0 : declared
}
