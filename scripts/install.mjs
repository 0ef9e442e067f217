// Brings node_modules to what package-lock.json says. Plain JavaScript without dependencies, for Node 20 up.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { withLock } from './lock.mjs'

/** A failure whose message is all a person needs to read. */
export class InstallError extends Error {}

/**
 * Makes sure that node_modules holds exactly what package-lock.json names, and installs it with `npm ci` where not.
 * Two starts at once take turns. Raises `InstallError` with what to do.
 * @param {string} root the project's top folder
 * @param {(line: string) => void} say receives one line of progress
 */
export async function ensureInstalled(root, say) {
  if (isInstalled(root)) return
  requireWritable(root)
  await withLock(path.join(root, '.cache', 'install.lock'), say, async () => {
    if (isInstalled(root)) return
    say('Installing what the project needs (once, about a minute) …')
    await runNpm(root)
    if (!lockedPackagesPresent(root, optionalOnly)) throw new InstallError(incomplete())
    writeStamp(root)
    say('Installed.')
  })
}

function isInstalled(root) {
  const wanted = fingerprint(root)
  try {
    if (readFileSync(stampPath(root), 'utf8').trim() === wanted) return true
  } catch {
    // No stamp: perhaps a person ran npm; the comparison below decides.
  }
  if (!lockedPackagesPresent(root)) return false
  writeStamp(root)
  return true
}

function stampPath(root) {
  return path.join(root, 'node_modules', '.drawbridge-stamp')
}

function fingerprint(root) {
  const lock = readFileSync(path.join(root, 'package-lock.json'))
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex')
}

function writeStamp(root) {
  try {
    writeFileSync(stampPath(root), `${fingerprint(root)}\n`)
  } catch {
    // A folder of another user: the comparison is made again at the next start, nothing is lost.
  }
}

const optionalOnly = (entry) => entry.optional === true

/**
 * Whether every package of package-lock.json that fits this machine is in node_modules in that version.
 * @param {string} root
 * @param {(entry: { optional?: boolean }) => boolean} [counts] which packages matter; all by default
 */
export function lockedPackagesPresent(root, counts = () => true) {
  const wanted = readPackages(path.join(root, 'package-lock.json'))
  const present = readPackages(path.join(root, 'node_modules', '.package-lock.json'))
  if (!wanted || !present) return false
  return Object.entries(wanted).every(([place, entry]) => {
    if (!place.includes('node_modules/') || !fitsMachine(entry) || !counts(entry)) return true
    const found = present[place]
    return found !== undefined && found.version === entry.version && existsSync(path.join(root, place))
  })
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return null
  }
}

function fitsMachine(entry) {
  // An optional package that names no machine is a part of one for other machines (WebAssembly fallbacks).
  if (entry.optional && !entry.os && !entry.cpu) return false
  return fits(entry.os, process.platform) && fits(entry.cpu, process.arch) && fits(entry.libc, libraryOfC())
}

function fits(list, value) {
  if (!list || value === null) return true
  if (!Array.isArray(list)) return fits([list], value)
  return list.includes(value) || (list.some((item) => item.startsWith('!')) && !list.includes(`!${value}`))
}

function libraryOfC() {
  if (process.platform !== 'linux') return null
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'
}

function requireWritable(root) {
  const folder = [path.join(root, 'node_modules'), root].find((place) => existsSync(place)) ?? root
  try {
    accessSync(folder, constants.W_OK)
    accessSync(root, constants.W_OK)
  } catch {
    throw new InstallError(
      `The project has to install its packages, and you may not write to ${folder}.\n` +
        'Start it as the owner of the folder once, or make a clone of your own.',
    )
  }
}

async function runNpm(root) {
  const npm = findNpm()
  const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--engine-strict=false']
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--no-progress', '--no-update-notifier']
  const { code, output } = await capture(
    npm.command,
    [...npm.args, ...args, ...quiet, ...cacheOption(root)],
    root,
  )
  if (code === 0) return
  throw new InstallError(explainNpm(code, output))
}

function findNpm() {
  const beside = path.join(path.dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')
  const cli = [process.env.npm_execpath, beside].find(
    (file) => file !== undefined && path.basename(file) === 'npm-cli.js' && existsSync(file),
  )
  return cli ? { command: process.execPath, args: [cli] } : { command: 'npm', args: [] }
}

function cacheOption(root) {
  const usual = process.env.npm_config_cache ?? path.join(homedir(), '.npm')
  const folder = nearestExisting(usual)
  try {
    accessSync(folder, constants.W_OK)
    return []
  } catch {
    const own = path.join(root, '.cache', 'npm')
    mkdirSync(own, { recursive: true })
    return [`--cache=${own}`]
  }
}

function nearestExisting(place) {
  return existsSync(place) || path.dirname(place) === place ? place : nearestExisting(path.dirname(place))
}

function capture(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const environment = { ...process.env, NODE_ENV: 'development' }
    const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', (error) =>
      reject(
        error.code === 'ENOENT'
          ? new InstallError('npm was not found. Install Node with npm and start again.')
          : error,
      ),
    )
    child.once('close', (code) => resolve({ code, output }))
  })
}

function explainNpm(code, output) {
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ECONNRESET/.test(output)
  const reason = offline
    ? 'The package registry cannot be reached. Check the network (or the proxy in .npmrc) and start again.'
    : 'Correct what npm says above and start again.'
  return `${output.trim()}\n\nnpm ci ended with code ${code}. ${reason}`
}

function incomplete() {
  return (
    'npm ended without an error, but packages for this machine are missing (npm leaves out optional ones that it\n' +
    'cannot download). Check the network and start again.'
  )
}
