import type { FastifyInstance } from 'fastify'

/** What a node says of itself. */
export interface NodeOperations {
  /** Why the node is not ready to serve; undefined when it is. */
  readonly whyNotReady: () => Promise<string | undefined>
  readonly metricsPage: () => Promise<{ contentType: string; text: string }>
  /** Fixed pages such as the OpenAPI document, by path. */
  readonly pages: readonly Page[]
}

/** A fixed page, open to everyone. */
export interface Page {
  readonly path: string
  readonly type: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Adds what operators and their tools ask for: health, readiness, metrics, the contract and its documentation. */
export function mountOperations(app: FastifyInstance, operations: NodeOperations): void {
  app.get('/healthz', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send('{"status":"ok"}'),
  )
  app.get('/readyz', async (_request, reply) => {
    const why = await operations.whyNotReady()
    return reply
      .code(why === undefined ? 200 : 503)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(why === undefined ? { status: 'ready' } : { status: 'not ready', reason: why }))
  })
  app.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await operations.metricsPage()
    return reply.type(contentType).send(text)
  })
  for (const page of operations.pages)
    app.get(page.path, async (_request, reply) => {
      reply
        .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
        .headers(page.headers)
      return reply.type(page.type).header('cache-control', 'public, max-age=300').send(page.body)
    })
}
