// Finds the Node that runs the TypeScript of this project. Plain JavaScript without dependencies, for Node 20 up:
// it is read before anything is installed and by a Node that may be too old for the rest.
import { existsSync } from 'node:fs'
import path from 'node:path'

/** Whether a Node of this version (`process.versions.node`) runs TypeScript files directly: 22.18 and up. */
export function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

/**
 * The path of a Node that runs TypeScript: the one npm installed with the project, else the running one.
 * Returns `null` where neither will do.
 * @param {string} root the project's top folder
 * @returns {string | null}
 */
export function findNode(root) {
  const packageName = `node-${process.platform}-${process.arch}`
  const installed = path.join(root, 'node_modules', packageName, 'bin', 'node')
  if (existsSync(installed)) return installed
  return runsTypeScript(process.versions.node) ? process.execPath : null
}

/** What to tell a person for whom `findNode` found nothing. */
export function explainMissingNode() {
  return (
    `Drawbridge needs Node 22.18 or later and this is ${process.versions.node}.\n` +
    `The copy that npm installs with the project (node-${process.platform}-${process.arch}) is not there.\n` +
    'Install Node 24 from https://nodejs.org, or delete node_modules and start again with a working network.'
  )
}

/**
 * The environment of a process that runs with that Node: programs it starts find the same Node and the project's tools.
 * @param {string} root the project's top folder
 * @param {string} node the path of the Node
 */
export function environmentFor(root, node) {
  const folders = [path.dirname(node), path.join(root, 'node_modules', '.bin'), process.env.PATH ?? '']
  return { ...process.env, PATH: folders.filter(Boolean).join(path.delimiter) }
}
