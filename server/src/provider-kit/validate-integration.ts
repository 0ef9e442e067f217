import type { ValidationCheck } from '@drawbridge/schema/provider.ts'
import type { GuardedFetch } from '../platform/net/index.ts'
import type { ProviderDescription } from './provider.ts'
import { signingKeyOf } from './signing.ts'
import { demoExaminers } from './validation/demo-examiners.ts'
import { descriptionExaminers } from './validation/description-examiners.ts'
import { type Examination, type Examiner, openExamination } from './validation/examination.ts'
import { externalExaminers } from './validation/external-examiners.ts'
import { loadExaminers } from './validation/load-examiners.ts'
import { searchExaminers } from './validation/search-examiners.ts'
import { signatureExaminers } from './validation/signature-examiners.ts'
import { templateExaminers } from './validation/template-examiners.ts'

const SUITE_SECONDS = 600
const WAIT_SECONDS = 2

/** An integration to be validated. */
export interface ValidationOptions {
  readonly url: string
  /** The shared secret: 32 bytes in base64. */
  readonly secret: string
  readonly fetch: GuardedFetch
  /** By name; demo checks that lack one send an example. */
  readonly credentials?: Readonly<Record<string, string>>
  readonly config?: Readonly<Record<string, unknown>>
  /** The longest wait between two polls; 2 seconds when absent. */
  readonly waitSecondsMax?: number
  readonly signal?: AbortSignal
}

/** What a validation found. */
export interface ValidationReport {
  /** True when no check failed. */
  readonly passed: boolean
  /** Null when it cannot be read; then a check has failed. */
  readonly description: ProviderDescription | null
  readonly checks: readonly ValidationCheck[]
}

async function examine(examiner: Examiner, examination: Examination): Promise<ValidationCheck> {
  const { name, wanted } = examiner
  try {
    return { name, wanted, ...(await examiner.examine(examination)) }
  } catch (error) {
    // An answer that an examiner did not foresee must not hide what the others found.
    const found = error instanceof Error ? error.message : 'it could not be examined'
    return { name, wanted, outcome: 'FAILED', found }
  }
}

function skippedAll(examiners: readonly Examiner[], found: string): ValidationCheck[] {
  return examiners.map(({ name, wanted }) => ({ name, wanted, outcome: 'SKIPPED', found }))
}

/**
 * Runs the validation suite (provider protocol 1.9) against an integration: its address, metadata and configuration,
 * what it must refuse, every demo result of its check type, how checks go on, searches, external pages, load. One
 * check at a time, demo checks only, at most ten minutes. Whatever the integration does is a finding; an `Error` is
 * raised only for a secret that is none.
 */
export async function validateIntegration(options: ValidationOptions): Promise<ValidationReport> {
  const { url, secret, fetch } = options
  const key = signingKeyOf(secret)
  const total = AbortSignal.timeout(SUITE_SECONDS * 1000)
  const examination = await openExamination({
    ...{ url, key, secret, fetch },
    signal: options.signal ? AbortSignal.any([options.signal, total]) : total,
    credentials: options.credentials ?? {},
    config: options.config ?? {},
    waitSecondsMax: options.waitSecondsMax ?? WAIT_SECONDS,
  })
  const checks = [
    ...(await examineAll(descriptionExaminers, examination, '')),
    ...(await examineAll(signatureExaminers, examination, silence(examination))),
    ...(await examineAll(furtherExaminers(examination), examination, unreadable(examination))),
  ]
  const { description } = examination
  return { passed: checks.every(({ outcome }) => outcome !== 'FAILED'), description, checks }
}

function furtherExaminers(examination: Examination): readonly Examiner[] {
  return [
    ...demoExaminers(examination),
    ...templateExaminers,
    ...searchExaminers,
    ...loadExaminers,
    ...externalExaminers,
  ]
}

/** Why it is of no use to send anything more; empty when it is. */
function silence({ metadata, configuration }: Examination): string {
  return metadata.status === null && configuration.status === null ? 'the integration does not answer' : ''
}

/** Why checks cannot be run; empty when they can. */
function unreadable({ description }: Examination): string {
  return description === null ? 'metadata and configuration cannot be read' : ''
}

async function examineAll(
  examiners: readonly Examiner[],
  examination: Examination,
  skipReason: string,
): Promise<ValidationCheck[]> {
  if (skipReason !== '') return skippedAll(examiners, skipReason)
  const checks: ValidationCheck[] = []
  for (const examiner of examiners) checks.push(await examine(examiner, examination))
  return checks
}
