import path from 'node:path'
import { findings, measure, table } from './budgets.ts'

const measures = measure(path.resolve(import.meta.dirname, '..'))
const found = findings(measures)
process.stdout.write(`${[table(measures), ...found].join('\n')}\n`)
if (found.length > 0) process.exitCode = 1
