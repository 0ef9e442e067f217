import { readFile } from 'node:fs/promises'
import type { Policy } from '@drawbridge/policy/policy.ts'
import type { PolicyVersion } from '@drawbridge/schema/policies.ts'
import { Fault, Faults } from '../platform/fault.ts'
import { type Scope, withScope } from '../platform/scope.ts'
import {
  asPolicy,
  currentPolicy,
  diffDraft,
  discardDraft,
  faultsOfPolicy,
  listVersions,
  PolicyFileError,
  publishDraft,
  readDraft,
  readPolicyFile,
  readVersion,
  rollBackPolicy,
  saveDraft,
  showVersion,
  validateDraft,
  writePolicyFile,
} from '../rooms/policies/index.ts'
import { type CommandInput, inEnvironment, print, table, UsageRefusal } from './command.ts'
import { checkSwitches } from './policy-check.ts'
import { CommandRefusal } from './refusal.ts'

const usage = [
  'drawbridge policy show [VERSION] | export [VERSION] | import FILE | diff | validate [FILE] | publish | discard',
  '                  | history | roll-back VERSION | check list',
  '                  | check off ALIAS --reason TEXT [--until INSTANT] | check on ALIAS --reason TEXT',
  '                  [--draft] [--environment demo|live] [--json]',
].join('\n')

const acts: Readonly<Record<string, (input: CommandInput) => Promise<number>>> = {
  show,
  export: exportPolicy,
  import: importPolicy,
  diff,
  validate,
  publish,
  discard,
  history,
  'roll-back': rollBack,
  check: checkSwitches,
}

/** `drawbridge policy …`: what an environment decides by. Exit code 1 when a policy has faults. */
export async function policy(input: CommandInput): Promise<number> {
  const [name = ''] = input.words
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined
  if (!act)
    throw new UsageRefusal(`${name === '' ? 'Say what to do' : `There is no action ${name}`}\n${usage}`)
  return act(input)
}

/** Runs a verb in a transaction of the environment. */
function inScope<R>(
  input: CommandInput,
  work: (scope: Scope) => Promise<R>,
  say: (result: R) => number,
): Promise<number> {
  return inEnvironment(input, async ({ engine }, opening) => say(await withScope(engine, opening, work)))
}

/** The policy that the words name: the draft, a version, or what is in force. */
async function namedPolicy(scope: Scope, input: CommandInput): Promise<Policy> {
  if (input.switches.has('draft')) return (await readDraft(scope)).policy
  const version = input.words[1]
  return version === undefined ? currentPolicy(scope) : readVersion(scope, readNumber(version))
}

function readNumber(text: string | undefined): number {
  const version = Number(text)
  if (!Number.isInteger(version) || version < 1 || version > 2 ** 31 - 1)
    throw new UsageRefusal(
      `A version is a whole number from 1; drawbridge policy history lists them\n${usage}`,
    )
  return version
}

function show(input: CommandInput): Promise<number> {
  return inScope(
    input,
    (scope) => namedPolicy(scope, input),
    (found) => {
      print(input, found, () => describe(found))
      return 0
    },
  )
}

function describe(policy: Policy): string {
  const products = policy.products.map((product) => [
    product.alias,
    product.name,
    product.applicants.toLowerCase(),
    product.intake.replace('_', ' '),
    Object.values(product.smart_policies).join(', '),
  ])
  const checks = policy.check_variants.map((check) => [
    check.alias,
    check.check_type,
    check.providers.map(({ provider }) => provider).join(', '),
  ])
  const counts = [
    `${policy.smart_policies.length} smart policies`,
    `${policy.task_variants.length} task variants`,
    `${policy.risk_models.length} risk models`,
    `${policy.decision_reasons.length} decision reasons`,
    `${policy.custom_fields.length} custom fields`,
  ]
  return [
    `Version ${policy.version}: ${counts.join(', ')}\n\n`,
    table(['product', 'name', 'applicants', 'intake', 'smart policies'], products),
    checks.length === 0 ? '' : `\n${table(['check', 'type', 'providers'], checks)}`,
  ].join('')
}

function exportPolicy(input: CommandInput): Promise<number> {
  return inScope(
    input,
    (scope) => namedPolicy(scope, input),
    (found) => {
      print(input, found, () => writePolicyFile(found))
      return 0
    },
  )
}

async function importPolicy(input: CommandInput): Promise<number> {
  const document = await readDocument(input.words[1])
  return inScope(
    input,
    async (scope) => {
      await saveDraft(scope, document).catch(inWords)
      return validateDraft(scope)
    },
    (found) => {
      print(input, found, () => `Saved as the draft; the one before is gone\n${faultLines(found.faults)}`)
      return 0
    },
  )
}

async function readDocument(file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) throw new UsageRefusal(`Say which file\n${usage}`)
  try {
    return readPolicyFile(await readFile(file, 'utf8'))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new CommandRefusal(error instanceof PolicyFileError ? `${file}: ${message}` : message)
  }
}

/** What is wrong with a document, one line for each field. */
function inWords(error: unknown): never {
  const faults = error instanceof Faults ? error.faults : error instanceof Fault ? [error] : undefined
  if (!faults) throw error
  throw new CommandRefusal(
    faults.map(({ pointer, message }) => (pointer ? `${pointer}: ${message}` : message)).join('\n'),
  )
}

function faultLines(faults: readonly { pointer: string; message: string }[]): string {
  if (faults.length === 0) return 'Nothing stands in the way of publishing it\n'
  const lines = faults.map(({ pointer, message }) => `${pointer === '' ? '(whole)' : pointer}: ${message}\n`)
  return `${faults.length} to correct before it can be published:\n${lines.join('')}`
}

async function validate(input: CommandInput): Promise<number> {
  const file = input.words[1]
  const document = file === undefined ? undefined : await readDocument(file)
  return inScope(
    input,
    async (scope) =>
      document === undefined ? (await validateDraft(scope)).faults : faultsOfDocument(scope, document),
    (faults) => {
      print(input, { is_valid: faults.length === 0, faults }, () => faultLines(faults))
      return faults.length === 0 ? 0 : 1
    },
  )
}

async function faultsOfDocument(scope: Scope, document: Record<string, unknown>) {
  try {
    return await faultsOfPolicy(scope, await asPolicy(scope, document))
  } catch (error) {
    if (!(error instanceof Faults)) throw error
    return error.faults.map(({ message, pointer = '' }) => ({ code: 'MALFORMED', message, pointer }))
  }
}

function diff(input: CommandInput): Promise<number> {
  return inScope(input, diffDraft, (found) => {
    const rows = found.changes.map(({ what, kind, alias, fields }) => [what, kind, alias, fields.join(', ')])
    const heading = `The draft against version ${found.version_in_force}\n`
    print(input, found, () =>
      rows.length === 0
        ? `${heading}No difference\n`
        : `${heading}${table(['change', 'list', 'alias', 'fields'], rows)}`,
    )
    return 0
  })
}

function publish(input: CommandInput): Promise<number> {
  return inScope(
    input,
    async (scope) => showVersion(scope, await publishDraft(scope, { body: undefined }).catch(inWords)),
    (version) => inForce(input, version),
  )
}

async function rollBack(input: CommandInput): Promise<number> {
  const version = readNumber(input.words[1])
  return inScope(
    input,
    async (scope) => showVersion(scope, await rollBackPolicy(scope, { version }).catch(inWords)),
    (published) => inForce(input, published),
  )
}

function inForce(input: CommandInput, version: PolicyVersion): number {
  print(input, version, () => `Version ${version.version} is in force, on every node within a second\n`)
  return 0
}

function discard(input: CommandInput): Promise<number> {
  return inScope(input, discardDraft, () => {
    print(input, {}, () => 'The draft is gone\n')
    return 0
  })
}

function history(input: CommandInput): Promise<number> {
  return inScope(input, listVersions, (versions) => {
    const rows = versions.map((version) => [
      `${version.version}${version.is_in_force ? ' in force' : ''}`,
      version.published_at ?? 'shipped',
      version.published_by.name ?? version.published_by.kind,
      version.rolled_back_to === undefined ? '' : `as version ${version.rolled_back_to}`,
    ])
    print(input, versions, () => table(['version', 'published (UTC)', 'by', ''], rows))
    return 0
  })
}
