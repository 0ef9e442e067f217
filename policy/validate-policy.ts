import { Policy } from './policy.ts'

/** One thing that is wrong with a policy document. */
export interface PolicyFault {
  /** What kind of fault, in words that never change. */
  readonly code: string
  readonly message: string
  /** Where, as a JSON pointer into the document. */
  readonly pointer: string
}

/** A policy that may be published, or what stands against it. */
export type ValidatedPolicy =
  | { readonly policy: Policy; readonly faults: readonly [] }
  | { readonly policy: null; readonly faults: readonly PolicyFault[] }

/** Reads a policy document and looks for everything that would make it decide wrongly. */
export function validatePolicy(document: unknown): ValidatedPolicy {
  const read = Policy.safeParse(document)
  if (read.success) return { policy: read.data, faults: [] }
  const faults = read.error.issues.map((issue) => ({
    code: 'MALFORMED',
    message: issue.message,
    pointer: pointerOf(issue.path),
  }))
  return { policy: null, faults }
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
