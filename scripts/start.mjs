// The entrance of every `npm run …`: installs what is missing, finds Node 24 and hands over to the task.
// Plain JavaScript without dependencies: it runs on Node 20, on a fresh clone, before anything is installed.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled, InstallError } from './install.mjs'
import { runChild } from './run-child.mjs'
import { environmentFor, explainMissingNode, findNode } from './runtime.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** What each name starts, relative to the top folder. */
const tasks = {
  demo: ['scripts/demo.ts'],
  verify: ['scripts/verify.ts'],
  check: ['scripts/verify.ts', '--static'],
  test: ['node_modules/vitest/vitest.mjs', 'run'],
  soak: ['e2e/soak.ts'],
  bench: ['bench/main.ts'],
}

function say(line) {
  process.stderr.write(`${line}\n`)
}

async function main() {
  const [name = '', ...args] = process.argv.slice(2)
  const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined
  if (!task) {
    say(`There is no task "${name}". Use one of: ${Object.keys(tasks).join(', ')}.`)
    return 2
  }
  await ensureInstalled(root, say)
  const node = findNode(root)
  if (!node) {
    say(explainMissingNode())
    return 1
  }
  const [script, ...fixed] = task
  if (!existsSync(path.join(root, script))) {
    say(`The task "${name}" is not part of this version (${script} does not exist).`)
    return 2
  }
  return await runChild(node, [path.join(root, script), ...fixed, ...args], {
    cwd: root,
    env: environmentFor(root, node),
  })
}

try {
  process.exitCode = await main()
} catch (error) {
  say(error instanceof InstallError ? error.message : `Could not start: ${error.stack ?? error}`)
  process.exitCode = 1
}
