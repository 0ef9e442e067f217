import { readdirSync } from 'node:fs'
import path from 'node:path'

const skipped = new Set(['node_modules', 'dist', 'coverage'])
const testFile = /\.(test|test-kit|journey)\.tsx?$/
const source = /\.(ts|tsx|mts|mjs|js)$/

/** The project's own source files under `root`, as paths relative to it with `/`, sorted. */
export function sourceFiles(root: string): string[] {
  return [...walk(root, '')].sort()
}

function* walk(root: string, folder: string): Generator<string> {
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const place = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory() && !skipped.has(entry.name) && !entry.name.startsWith('.'))
      yield* walk(root, place)
    else if (entry.isFile() && source.test(entry.name)) yield place
  }
}

/** Whether the file is a test or a part of the test harness. */
export function isTest(file: string): boolean {
  return testFile.test(file) || /^(server\/test|e2e)\//.test(file)
}
