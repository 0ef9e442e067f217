import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ledger } from '../ledger/ledger.ts'
import type { ReconcileResult } from '../reconcile/reconcile.ts'
import { writeWhole } from '../run/results.ts'
import { renderHtml } from './render-html.ts'
import { type PlanFacts, type ReportData, reportData } from './report-data.ts'

/** Where a report was written, and what it says. */
export interface WrittenReport {
  html: string
  json: string
  data: ReportData
}

/**
 * Writes `results/report.html` and `results/report.json` from the ledger and the last reconciliation of the same
 * run. Byte-identical for identical input: it holds no time of its own.
 */
export function writeReport(workDirectory: string, plan: PlanFacts, ledger: Ledger): WrittenReport {
  const directory = join(workDirectory, 'results')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const data = reportData(plan, ledger, reconciliationOf(directory, ledger.binding.run))
  const html = join(directory, 'report.html')
  const json = join(directory, 'report.json')
  writeWhole(html, [renderHtml(data)])
  writeWhole(json, [`${JSON.stringify(data, null, 2)}\n`])
  return { html, json, data }
}

function reconciliationOf(directory: string, run: string): ReconcileResult | null {
  try {
    const result = JSON.parse(readFileSync(join(directory, 'reconcile.json'), 'utf8')) as ReconcileResult
    return result.run === run ? result : null
  } catch {
    return null
  }
}
