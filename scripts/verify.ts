import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runChild } from './run-child.mjs'
import {
  type Counts,
  countStage,
  readResults,
  type Stage,
  skippedTests,
  staticStages,
  summaryLine,
  testStages,
} from './stages.ts'

const root = path.resolve(import.meta.dirname, '..')

interface Outcome extends Counts {
  readonly stage: Stage
  readonly seconds: number
  readonly skippedNames: readonly string[]
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function runStage(stage: Stage): Promise<Outcome> {
  print(`\n── ${stage.name}`)
  const [command = '', ...args] = stage.command
  const started = performance.now()
  const exitCode = await runChild(command, args, { cwd: root })
  const seconds = (performance.now() - started) / 1000
  const results = readResults(stage)
  return { stage, seconds, skippedNames: skippedTests(results), ...countStage(exitCode, results) }
}

function printSummary(outcomes: readonly Outcome[]): void {
  print('\n── summary')
  for (const { stage, seconds, skippedNames, ...counts } of outcomes) {
    const mark = counts.failed === 0 ? '✓' : '✗'
    const detail = stage.resultFile === undefined ? '' : `  ${summaryLine(counts)}`
    print(`${mark} ${stage.name.padEnd(16)} ${seconds.toFixed(1).padStart(6)} s${detail}`)
    for (const name of skippedNames) print(`    skipped, which is not passed: ${name}`)
    if (counts.failed > 0) print(`    to do: ${stage.remedy}`)
  }
}

function total(outcomes: readonly Counts[]): Counts {
  const sum = (pick: (counts: Counts) => number) => outcomes.reduce((so, counts) => so + pick(counts), 0)
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
  }
}

/** Runs all stages, also after one has failed; stops at Ctrl-C or SIGTERM. Returns whether everything passed. */
async function verify(stages: readonly Stage[]): Promise<boolean> {
  let stopped = false
  const stop = () => {
    stopped = true
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const outcomes: Outcome[] = []
  for (const stage of stages) {
    if (stopped) break
    outcomes.push(await runStage(stage))
  }
  printSummary(outcomes)
  const counts = total(outcomes)
  const left = stages.length - outcomes.length
  const complete = stopped ? { ...counts, failed: counts.failed + left } : counts
  print(summaryLine(complete))
  return !stopped && complete.failed === 0
}

const scratch = mkdtempSync(path.join(tmpdir(), 'drawbridge-verify-'))
try {
  const stages = process.argv.includes('--static')
    ? staticStages(root)
    : [...staticStages(root), ...testStages(root, scratch)]
  process.exitCode = (await verify(stages)) ? 0 : 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
