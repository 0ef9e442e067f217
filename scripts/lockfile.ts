import { readFileSync } from 'node:fs'
import path from 'node:path'

type Versions = Readonly<Record<string, string>>

/** A package as package-lock.json (version 3) writes it; only what is read here. */
export interface LockedPackage {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[] | string
  readonly cpu?: readonly string[] | string
  readonly libc?: readonly string[] | string
  readonly dependencies?: Versions
  readonly devDependencies?: Versions
  readonly optionalDependencies?: Versions
}

/** package-lock.json: packages by their folder. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

/** An optional package that another one names and the lockfile lacks. */
interface Missing {
  readonly name: string
  readonly version: string
  readonly dev: boolean
}

const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'] as const
const systems = [
  'android',
  'darwin',
  'win32',
  'freebsd',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'aix',
  'linux',
]
const processors = [
  'arm64',
  'x64',
  'ia32',
  'arm',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
]

/** Reads package-lock.json of the project at `root`. */
export function readLockfile(root: string): Lockfile {
  return JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as Lockfile
}

/** Why `npm ci` would refuse this project, one line each; empty when it would not. */
export function lockfileFindings(root: string): string[] {
  const lock = readLockfile(root)
  const missing = missingOptional(lock).map(
    ({ name }) => `package-lock.json lacks the optional ${name}: node scripts/complete-lockfile.ts`,
  )
  return [
    ...missing,
    ...workspacesOf(lock).flatMap((place) => differences(root, place, lock.packages[place])),
  ]
}

function workspacesOf(lock: Lockfile): string[] {
  return Object.keys(lock.packages).filter((place) => !place.includes('node_modules'))
}

function differences(root: string, place: string, locked: LockedPackage | undefined): string[] {
  const file = path.join(place, 'package.json')
  const written = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as LockedPackage
  const differ = kinds.some((kind) => sorted(written[kind]) !== sorted(locked?.[kind]))
  return differ ? [`${file} and package-lock.json name different packages: npm install`] : []
}

function sorted(versions: Versions | undefined): string {
  return JSON.stringify(Object.entries(versions ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

/** The optional packages that are named by a locked one and are not locked themselves. */
export function missingOptional(lock: Lockfile): Missing[] {
  return Object.entries(lock.packages).flatMap(([place, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !lookUp(lock, place, name))
      .map(([name, version]) => ({ name, version, dev: entry.dev === true })),
  )
}

/** Node's search: beside the package, then one folder up, to the top. */
function lookUp(lock: Lockfile, place: string, name: string): boolean {
  if (lock.packages[`${place === '' ? '' : `${place}/`}node_modules/${name}`]) return true
  if (place === '') return false
  const parent = place.includes('node_modules/')
    ? place.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, '')
    : ''
  return lookUp(lock, parent, name)
}

/**
 * The lockfile with an entry for every optional package it lacked. A registry that mirrors only what one machine needs
 * makes npm leave the others out, and then `npm ci` refuses the lockfile everywhere. The machine is read from the
 * package's name, as such packages carry it; their checksum is unknown until they are first installed.
 * Raises an error for a package whose name says no machine or whose version is a range.
 */
export function completed(lock: Lockfile): Lockfile {
  const added = missingOptional(lock).map(({ name, version, dev }) => {
    if (!/^\d+\.\d+\.\d+[-\w.]*$/.test(version))
      throw new Error(`${name}@${version} is a range: lock it by npm install`)
    return [
      `node_modules/${name}`,
      { version, ...machineOf(name), ...(dev ? { dev } : {}), optional: true },
    ] as const
  })
  const all = [...Object.entries(lock.packages), ...added]
  return {
    ...lock,
    packages: Object.fromEntries(all.toSorted(([left], [right]) => left.localeCompare(right, 'en'))),
  }
}

function machineOf(name: string): LockedPackage {
  const words = name.split(/[^a-z0-9]+/)
  const musl = words.some((word) => word.includes('musl'))
  const os = systems.find((system) => words.some((word) => word.startsWith(system)))
  const cpu = processors.find((processor) => words.includes(processor))
  if (!cpu) throw new Error(`${name} does not say for which machine it is: lock it by npm install`)
  return { ...(os ? { os: [os] } : {}), cpu: [cpu], ...(musl ? { libc: ['musl'] } : {}) }
}
