import { expect } from 'vitest'
import type { CheckServer } from '../../../test/check-server.ts'
import type { Script } from '../../provider-kit/integration.test-kit.ts'
import type { CheckTemplate } from '../../provider-kit/provider.ts'

export const callback: CheckTemplate = {
  type: 'ONE_TIME_CALLBACK',
  requestTimeoutSeconds: 5,
  callbackTimeoutSeconds: 60,
}
export const polling: CheckTemplate = {
  type: 'ONE_TIME_POLLING',
  requestTimeoutSeconds: 5,
  polling: { initialIntervalSeconds: 10, pollingIntervalSeconds: 30, pollsMax: 3 },
}
export const byDocument = { checkType: 'DOCUMENT_VERIFICATION', template: callback } as const

export const nothing = { errors: [], warnings: [] }

/** A person with a check by the variant of this alias. */
export async function begun(checks: CheckServer, alias: string, more: object = {}) {
  const checkType = alias === 'polled' ? 'PEPS_AND_SANCTIONS_SCREEN' : 'IDENTITY_CHECK'
  const { path, id } = await checks.person()
  const check = await checks.run(path, { check_type: checkType, variant: { alias }, ...more })
  return { path, profileId: id, id: check.id, shown: () => checks.check(path, check.id) }
}

/** A person with a document of one image, and a check of it. */
export async function begunDocument(checks: CheckServer, alias: string) {
  const { path } = await checks.person()
  const image = await checks.server.ask<{ id: string }>('POST', `${path}/document_images`, {
    body: { image_type: 'FRONT', data: png },
  })
  expect(image.status, image.text).toBe(200)
  const document = await checks.server.ask<{ id: string }>('POST', `${path}/collected_data/documents`, {
    body: { category: 'PROOF_OF_IDENTITY', document_type: 'PASSPORT', images: [{ id: image.body.id }] },
  })
  expect(document.status, document.text).toBe(200)
  const order = { check_type: 'DOCUMENT_VERIFICATION', variant: { alias }, document_id: document.body.id }
  const check = await checks.run(path, order)
  const shown = () => checks.check(path, check.id)
  return { path, id: check.id, imageId: image.body.id, documentId: document.body.id, shown }
}

/** A picture of one point. */
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

export const providerId = '0b5e55ed-0000-4000-8000-000000000001'

export const verified = (documentId: unknown) => ({
  check_output: {
    entity_type: 'INDIVIDUAL',
    documents: [
      {
        id: documentId,
        category: 'PROOF_OF_IDENTITY',
        document_type: 'PASSPORT',
        images: [],
        verification_result: {
          all_passed: true,
          document_type_passed: true,
          image_checks_passed: true,
          forgery_checks_passed: true,
          image_checks: [],
          forgery_checks: [],
          field_checks: [],
        },
      },
    ],
  },
  ...nothing,
})

/** Begins every check, knows no `/ready`, and has the result when it is asked for. */
export const documents: Script = ({ path, body }, reply) => {
  if (path === '/checks')
    return {
      provider_id: providerId,
      reference: `ref-${body.id}`,
      custom_data: { from: 'start', kept: 1 },
      ...nothing,
    }
  if (path.endsWith('/complete')) return verified(null)
  reply.writeHead(404).end()
  return undefined
}
