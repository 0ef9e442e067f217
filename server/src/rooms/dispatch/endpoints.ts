import { faultsOf } from '@drawbridge/schema/faults.ts'
import { Fault, Faults } from '../../platform/fault.ts'
import type { Endpoint, RawRequest } from '../../platform/http/index.ts'
import { parseJson } from '../../platform/json/index.ts'
import { type Engine, thePlatform, withScope } from '../../platform/scope.ts'
import { signingKeyOf } from '../../provider-kit/signing.ts'
import { keyIdOf, verifyRequest } from '../../provider-kit/verify-request.ts'
import { type Integration, integrationOfKey } from '../providers/index.ts'
import { CallbackBody, receiveCallback } from './receive-callback.ts'
import { serveImage } from './serve-image.ts'

/** An integration may give its whole result as custom data of a callback. */
const callbackBytesMax = 1_000_000
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What integrations call, signed by the secret they share with the platform (provider protocol 1.5, 1.7). */
export function endpointsOf(engine: Engine): readonly Endpoint[] {
  const admit = async (headers: RawRequest['headers']) => (await whoSays(engine, headers)).accountId
  return [
    {
      method: 'POST',
      path: '/integrations/v1/callbacks',
      bodyBytesMax: callbackBytesMax,
      admit,
      handle: async (request) => {
        const integration = await whoSigned(engine, request)
        const id = await receiveCallback(engine, integration, bodyOf(request))
        return { type: 'application/json; charset=utf-8', body: Buffer.from(`{"callback_id":"${id}"}`) }
      },
    },
    {
      method: 'GET',
      path: '/integrations/v1/images/:image_id',
      bodyBytesMax: 1,
      admit,
      handle: async (request) => {
        const integration = await whoSigned(engine, request)
        const imageId = (request.params.image_id ?? '').toLowerCase()
        if (!uuid.test(imageId)) throw new Fault('document-image.unknown')
        return serveImage(engine, integration, imageId)
      },
    },
  ]
}

/** The integration whose key a request names: of nobody else a body is read. Raises `integration.unsigned`. */
async function whoSays(engine: Engine, headers: RawRequest['headers']): Promise<Integration> {
  const keyId = keyIdOf(headers)
  const integration = keyId === null ? undefined : await integrationOfKey(engine, keyId)
  if (integration) return integration
  throw new Fault('integration.unsigned', { info: { problem: 'unknown-key' } })
}

/** The integration that signed a request. Raises `integration.unsigned`. */
async function whoSigned(engine: Engine, request: RawRequest): Promise<Integration> {
  const integration = await whoSays(engine, request.headers)
  const opening = { accountId: integration.accountId, actor: thePlatform, readOnly: true }
  const now = await withScope(engine, opening, async (scope) => scope.now)
  const problem = verifyRequest(signingKeyOf(integration.secret), request, now)
  if (problem !== null) throw new Fault('integration.unsigned', { info: { problem } })
  return integration
}

function bodyOf({ body }: RawRequest): CallbackBody {
  const parsed = CallbackBody.safeParse(parseJson(body))
  if (parsed.success) return parsed.data
  throw new Faults(faultsOf(parsed.error, undefined).map((fault) => new Fault(fault.reason, fault)))
}
