import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** What a stage came to. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** One part of the verification: a program and how its result is counted. */
export interface Stage {
  readonly name: string
  readonly command: readonly string[]
  /** What to do when it fails. */
  readonly remedy: string
  /** Where the program writes the results of single tests; absent where the stage counts as one. */
  readonly resultFile?: string
}

/** The folders whose imports are checked: the workspaces that exist. */
function checkedFolders(root: string): string[] {
  const { workspaces } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    workspaces: string[]
  }
  return [...new Set(workspaces.map((place) => place.split('/')[0] ?? place))].filter((folder) =>
    existsSync(path.join(root, folder)),
  )
}

/** The stages that need neither a database nor a browser, quickest first. */
export function staticStages(root: string): Stage[] {
  const node = process.execPath
  const tool = (place: string) => path.join(root, 'node_modules', place)
  return [
    {
      name: 'types',
      command: [node, tool('typescript/bin/tsc'), '-p', '.', '--noEmit'],
      remedy: 'correct the types named above',
    },
    {
      name: 'lint and format',
      command: [
        node,
        tool('@biomejs/biome/bin/biome'),
        'ci',
        '--reporter=concise',
        '--max-diagnostics=200',
        '.',
      ],
      remedy: 'npm run format, then correct what is left',
    },
    {
      name: 'direction rules',
      command: [
        ...[node, '--import', './scripts/typescript-for-cruiser.mjs'],
        ...[tool('dependency-cruiser/bin/dependency-cruiser.mjs'), '--config', '.dependency-cruiser.mjs'],
        ...['--output-type', 'err-long', ...checkedFolders(root)],
      ],
      remedy: 'follow the sentence below each import; scripts/direction-rules.mjs has them all',
    },
    { name: 'usage rules', command: [node, 'scripts/check-rules.ts'], remedy: 'do what each line says' },
    { name: 'budgets', command: [node, 'scripts/check-budgets.ts'], remedy: 'divide what is too long' },
    {
      name: 'unused code',
      command: [node, tool('knip/bin/knip.js'), '--no-progress', '--no-config-hints'],
      remedy: 'remove it, or remove the export',
    },
  ]
}

/** The tests: those of the workspaces, then the journeys of `e2e/`. `folder` receives the result files. */
export function testStages(root: string, folder: string): Stage[] {
  const stage = (name: string, file: string, projects: string[]): Stage => {
    const resultFile = path.join(folder, file)
    return {
      name,
      command: [
        ...[process.execPath, path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...projects],
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${resultFile}`],
      ],
      remedy: 'npm run test -- FILE runs one file',
      resultFile,
    }
  }
  const journeys = globSync('e2e/**/*.{test,journey}.ts', { cwd: root, exclude: ['**/node_modules/**'] })
  const tests = stage('tests', 'tests.json', ['--project=unit', '--project=server'])
  return journeys.length === 0 ? [tests] : [tests, stage('journeys', 'journeys.json', ['--project=e2e'])]
}

interface VitestResults {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/**
 * Counts a stage from its exit code and, where it has them, its single results. A file that could not be loaded is
 * one failure, and a stage that ended badly is never without one. A skipped test is not a passed one.
 */
export function countStage(exitCode: number, results: VitestResults | null): Counts {
  if (!results)
    return exitCode === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
  const brokenFiles = results.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  ).length
  const failed = results.numFailedTests + brokenFiles
  return {
    passed: results.numPassedTests,
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: results.numPendingTests + results.numTodoTests,
  }
}

/** The tests of these results that were skipped or are only planned, by file and name. */
export function skippedTests(results: VitestResults | null): string[] {
  return (results?.testResults ?? []).flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => `${path.basename(name)}: ${fullName}`),
  )
}

/** Reads the single results of a stage; `null` where there are none, which counts as one by the exit code. */
export function readResults(stage: Stage): VitestResults | null {
  if (stage.resultFile === undefined || !existsSync(stage.resultFile)) return null
  return JSON.parse(readFileSync(stage.resultFile, 'utf8')) as VitestResults
}

/** The last line of a verification. */
export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
