#!/usr/bin/env node
// The `drawbridge` command: finds a Node that runs TypeScript and hands over. Plain JavaScript, for Node 20 up.
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { runChild } from '../../scripts/run-child.mjs'
import { environmentFor, explainMissingNode, findNode } from '../../scripts/runtime.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const program = path.join(root, 'cli/src/main.ts')
const node = findNode(root)

if (!node) {
  process.stderr.write(`${explainMissingNode()}\n`)
  process.exitCode = 1
} else if (node === process.execPath || Number.parseInt(process.versions.node, 10) >= 24) {
  // In this process, so that a signal reaches the program and no parent is left to outlive it.
  process.argv[1] = program
  await import(pathToFileURL(program).href)
} else {
  process.exitCode = await runChild(node, [program, ...process.argv.slice(2)], {
    env: environmentFor(root, node),
  })
}
