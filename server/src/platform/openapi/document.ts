import { ErrorBody } from '@drawbridge/schema/error-body.ts'
import { Nothing, type Operation } from '@drawbridge/schema/operation.ts'
import { Components, type JsonObject } from './json-schema.ts'
import { parametersOf, sharedParameters } from './parameters.ts'
import { headerComponents, json, responsesOf, sharedResponses } from './responses.ts'

/** What the document says of itself. */
export interface DocumentInfo {
  readonly title: string
  readonly version: string
  /** Where the paths begin: an address, or `/` for the server that shows the document. */
  readonly serverUrl: string
}

const inBytes = { normal: '2 MB', image: '10 MB decoded', file: '50 MB decoded' } as const

/**
 * The operations as an OpenAPI 3.1 document, written from their schemas alone. What JSON Schema cannot say (that a
 * date exists in the calendar, a country in ISO 3166-1) is checked by the server all the same. Throws where a named
 * schema would mean two things.
 */
export function openApiDocument(operations: readonly Operation[], info: DocumentInfo): JsonObject {
  const components = new Components()
  components.add(ErrorBody, 'output')
  const paths: Record<string, JsonObject> = {}
  for (const operation of operations) {
    const path = paths[operation.path] ?? {}
    path[operation.method.toLowerCase()] = describe(operation, components)
    paths[operation.path] = path
  }
  return {
    openapi: '3.1.1',
    info: {
      title: info.title,
      version: info.version,
      description: 'Fields and values may be added without notice: expect more than is written here.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: info.serverUrl }],
    security: [{ ApiKey: [] }, { ApiKeyInQuery: [] }],
    tags: [...new Set(operations.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components.toJson(),
      parameters: sharedParameters,
      headers: headerComponents(),
      responses: sharedResponses(),
      securitySchemes,
    },
  }
}

const securitySchemes: JsonObject = {
  ApiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'apikey',
    description: 'The key selects the environment, demo or live.',
  },
  ApiKeyInQuery: {
    type: 'apiKey',
    in: 'query',
    name: 'apikey',
    description:
      'Only where the environment’s settings allow it, which they do not unless changed: addresses end up in the logs of proxies. Prefer the header.',
  },
}

function describe(operation: Operation, components: Components): JsonObject {
  const { name, summary, may, body } = operation
  const shown = components.add(operation.output, 'output')
  return {
    operationId: name,
    summary,
    description: may === 'PUBLIC' ? 'Needs no API key.' : `Needs the capability \`${may}\`.`,
    tags: [tagOf(operation)],
    ...(may === 'PUBLIC' ? { security: [] } : {}),
    parameters: parametersOf(operation),
    ...(body === Nothing ? {} : { requestBody: bodyOf(operation, components) }),
    responses: responsesOf(operation, shown),
  }
}

function bodyOf({ body, size }: Operation, components: Components): JsonObject {
  return {
    required: !body.safeParse(undefined).success,
    description: `At most ${inBytes[size]}.`,
    content: json(components.add(body, 'input')),
  }
}

/** What an operation is about: the last plural noun of its path. */
function tagOf({ path }: Operation): string {
  const nouns = path.split('/').filter((part) => /^[a-z_-]+$/.test(part))
  const [, ...about] = nouns[0] === 'profiles' ? nouns : ['', ...nouns]
  const noun = about[0]
  return noun === undefined || ['delete', 'status'].includes(noun) ? 'profiles' : noun.replaceAll('-', '_')
}
