import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

interface Compiled {
  ajv: Ajv2020
  validators: Map<string, ValidateFunction>
}

const compiled = new WeakMap<object, Compiled>()

/**
 * What is wrong with a reply, according to an OpenAPI document: nothing, or one line for each fault with the place
 * in the body. An operation or a status that the document does not know is a fault too.
 */
export function replyMatches(
  document: object,
  operationName: string,
  status: number,
  body: unknown,
): string[] {
  const pointer = schemaPointer(document, operationName, status)
  if (!pointer.startsWith('#')) return [pointer]
  const validate = validatorFor(document, pointer)
  if (validate(body)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${operationName} ${status}: ${instancePath || '/'} ${message}`,
  )
}

function validatorFor(document: object, pointer: string): ValidateFunction {
  const known = compiled.get(document) ?? compile(document)
  compiled.set(document, known)
  const validate = known.validators.get(pointer) ?? known.ajv.compile({ $ref: `openapi.json${pointer}` })
  known.validators.set(pointer, validate)
  return validate
}

function compile(document: object): Compiled {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema(document, 'openapi.json')
  return { ajv, validators: new Map() }
}

/** Where the schema of the reply stands in the document, or what is missing there. */
function schemaPointer(document: object, operationName: string, status: number): string {
  for (const [path, methods] of entries(at(document, 'paths'))) {
    for (const [method, operation] of entries(methods)) {
      if (at(operation, 'operationId') !== operationName) continue
      const response = at(operation, 'responses', String(status))
      if (response === undefined) return `${operationName} is documented without a status ${status}`
      const shared = at(response, '$ref')
      const place =
        typeof shared === 'string' ? shared : `#/paths/${pointerPart(path)}/${method}/responses/${status}`
      return `${place}/content/application~1json/schema`
    }
  }
  return `${operationName} is not in the document`
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

function at(value: unknown, ...path: string[]): unknown {
  let place = value
  for (const name of path)
    place = typeof place === 'object' && place !== null ? Reflect.get(place, name) : undefined
  return place
}

/** As RFC 6901 writes a name, in a URI fragment. */
function pointerPart(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}
