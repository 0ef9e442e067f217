import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Target } from './check/api.ts'
import { checkFiles } from './check/check-files.ts'
import { checkLinks } from './check/check-links.ts'
import { checkProfiles, checkSearch } from './check/check-profiles.ts'
import type { CheckReport } from './check/findings.ts'
import { emptyReport, faultsIn } from './check/findings.ts'
import { indexSource } from './check/source-index.ts'
import { textAt } from './check/values.ts'

export type { CheckReport, Finding } from './check/findings.ts'

/** What is checked against what. */
export interface CheckOptions extends Target {
  /** The export of the legacy bank. */
  directory: string
  /** The migration's list of uploaded files; when left out `work/results/files.jsonl` in the directory. */
  fileList?: string
  /** True: faults are only reported. Else they raise MigrationFaulty, so that nobody overlooks them. */
  reportOnly?: boolean
}

/** Raised when the API does not hold what the source says; the report is with it. */
export class MigrationFaulty extends Error {
  readonly report: CheckReport

  constructor(report: CheckReport) {
    const { lost, duplicated, different, strays } = report
    const first = [...lost, ...duplicated, ...different, ...strays]
      .slice(0, 5)
      .map(({ kind, ref, source, what }) => `${kind} of ${ref} (${source || 'not in the source'}): ${what}`)
    super(
      `${lost.length} lost, ${duplicated.length} duplicated, ${different.length} different, ` +
        `${strays.length} strays; the first: ${first.join('; ')}`,
    )
    this.name = 'MigrationFaulty'
    this.report = report
  }
}

/**
 * Compares the export of the legacy bank with what the API holds, by its own reading of both: every profile once,
 * every field, label, link (both ways) and file by SHA-256; nothing else may be in the environment. Memory does
 * not grow with the number of clients. Raises MigrationFaulty unless `reportOnly`, and Error when a file of the
 * export is missing or the API refuses.
 */
export async function checkMigration(options: CheckOptions): Promise<CheckReport> {
  const { directory, url, apikey } = options
  const target = { url, apikey }
  const usual = join(directory, 'work/results/files.jsonl')
  const fileList = options.fileList ?? (existsSync(usual) ? usual : null)
  const scratch = await mkdtemp(join(tmpdir(), 'check-migration-'))
  const report = emptyReport()
  try {
    const { database } = await indexSource(directory, join(scratch, 'source.sqlite'), fileList)
    await checkProfiles(database, target, report)
    await checkSearch(database, target, report)
    checkLinks(database, report)
    await checkFiles({ db: database, target, directory, report })
    database.close()
  } finally {
    await rm(scratch, { recursive: true })
  }
  if (options.reportOnly !== true && faultsIn(report) > 0) throw new MigrationFaulty(report)
  return report
}

/** A file that holds a key alone, or the server's `credentials.json`. Raises when it holds none. */
export async function readKey(path: string, environment: string): Promise<string> {
  const text = (await readFile(path, 'utf8')).trim()
  const key = text.startsWith('{') ? textAt(JSON.parse(text), `${environment}.apikey`) : text
  if (key === '') throw new Error(`${path} holds no key for ${environment}`)
  return key
}

/** `node check-migration.ts DIR URL KEYFILE [--files FILES_JSONL] [--environment demo] [--report-only]` */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      files: { type: 'string' },
      environment: { type: 'string', default: 'demo' },
      'report-only': { type: 'boolean', default: false },
    },
  })
  const [directory, url, keyFile] = positionals
  if (directory === undefined || url === undefined || keyFile === undefined) {
    throw new Error('Say what to check: check-migration.ts DIR URL KEYFILE')
  }
  const apikey = await readKey(keyFile, values.environment)
  const fileList = values.files === undefined ? {} : { fileList: values.files }
  const report = await checkMigration({ directory, url, apikey, reportOnly: true, ...fileList })
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  if (faultsIn(report) > 0 && !values['report-only']) process.exitCode = 1
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}
