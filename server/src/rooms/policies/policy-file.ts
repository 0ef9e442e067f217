import type { Policy } from '@drawbridge/policy/policy.ts'
import { LineCounter, parseDocument, stringify } from 'yaml'
import { isObject } from './rules-ids.ts'

/** A file that holds no policy; the message says where and what is expected. */
export class PolicyFileError extends Error {}

const head = '# A policy of Drawbridge: what customers apply for, and what decides.\n'
const format = { name: 'drawbridge_policy', version: 1 }

/** A policy as one YAML file. The version is left out: an environment gives its own when the file is published there. */
export function writePolicyFile({ version: _given, ...lists }: Policy): string {
  const text = stringify(
    { [format.name]: format.version, ...lists },
    { lineWidth: 110, aliasDuplicateObjects: false },
  )
  return `${head}${text}`
}

/** The document in a policy file, not yet checked for what it says. Raises `PolicyFileError`. */
export function readPolicyFile(text: string): Record<string, unknown> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [fault] = document.errors
  if (fault) throw new PolicyFileError(`line ${lines.linePos(fault.pos[0]).line}: ${fault.message}`)
  const value: unknown = toValue(document)
  if (!isObject(value)) throw new PolicyFileError('It holds no policy: a policy is a list of fields')
  const { [format.name]: version, ...lists } = value
  if (version !== format.version)
    throw new PolicyFileError(
      `It must say ${format.name}: ${format.version}, which is the format that this release reads`,
    )
  return lists
}

/** YAML repeats by reference; a file that unfolds to very much more than it is, is refused by the library. */
function toValue(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw new PolicyFileError(error instanceof Error ? error.message : String(error))
  }
}
