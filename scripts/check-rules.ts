import path from 'node:path'
import { house } from '../server/src/house.ts'
import { lockfileFindings } from './lockfile.ts'
import { roomFindings, usageFindings } from './rules.ts'

const root = path.resolve(import.meta.dirname, '..')
const found = [...usageFindings(root), ...roomFindings(root, house), ...lockfileFindings(root)]
process.stdout.write(`${found.length === 0 ? 'No rule is broken.' : found.join('\n')}\n`)
if (found.length > 0) process.exitCode = 1
