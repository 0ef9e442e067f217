import { createHash, randomUUID } from 'node:crypto'
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { errorCode } from '../error-code.ts'
import { DatabaseRefusal } from './refusal.ts'
import {
  chooseServerUser,
  firstClosedDirectory,
  giveTo,
  isRoot,
  mayEnter,
  NOBODY,
  type ServerUser,
} from './server-user.ts'
import { withStartLock } from './start-lock.ts'

/** The major version of the binaries; it names the directory of the data. */
export const POSTGRES_MAJOR = 18

/** Where root keeps what an unprivileged server user must reach and could not below a closed directory. */
export const SYSTEM_DIRECTORY = '/var/lib/drawbridge'

/** Where the parts of one embedded server lie. All paths are absolute and free of symbolic links. */
export interface Layout {
  readonly user: ServerUser
  /** `<home>/postgres`, or what it links to. */
  readonly root: string
  readonly startLock: string
  readonly runtimeCopies: string
  /** `<root>/18`, of the server user, mode 0700; holds everything that follows. */
  readonly version: string
  readonly data: string
  readonly log: string
  readonly passwordFile: string
  /** Short enough for a socket's address; below the temporary directory where the home's path is long. */
  readonly socketDirectory: string
}

/**
 * Makes the directories of the embedded server below `home` and says where they lie.
 *
 * Run by root, the server belongs to `nobody`: the home becomes passable to that user's group (mode 0710) and, where a
 * directory above the home is closed (such as `/root`), `<home>/postgres` becomes a link into `/var/lib/drawbridge`.
 *
 * Raises DatabaseRefusal when the home cannot be written or holds the data of another major version only.
 */
export async function prepareLayout(home: string, systemDirectory = SYSTEM_DIRECTORY): Promise<Layout> {
  try {
    await mkdir(home, { recursive: true, mode: 0o700 })
    const root = await prepareRoot(await realpath(home), systemDirectory)
    const startLock = join(root, 'start.lock')
    // Another process may be at the same point: none may see a directory that does not have its owner yet.
    return await withStartLock(startLock, () => prepareVersion(root, startLock, systemDirectory))
  } catch (error) {
    throw explainFileError(error, home)
  }
}

async function prepareVersion(root: string, startLock: string, systemDirectory: string): Promise<Layout> {
  await refuseOtherMajor(root)
  const version = join(root, String(POSTGRES_MAJOR))
  const user = await chooseServerUser(version)
  await ownDirectory(version, user)
  await ownDirectory(join(version, 'log'), user)
  return {
    user,
    root,
    startLock,
    runtimeCopies: isRoot() ? join(systemDirectory, 'runtime') : join(root, 'runtime'),
    version,
    data: join(version, 'data'),
    log: join(version, 'log'),
    passwordFile: join(version, 'superuser-password'),
    socketDirectory: await prepareSocketDirectory(version, user),
  }
}

/** Turns a refusal of the file system into words for the operator; everything else passes unchanged. */
export function explainFileError(error: unknown, where: string): unknown {
  const remedy = FILE_ERRORS[errorCode(error)]
  if (error instanceof DatabaseRefusal || remedy === undefined) return error
  const detail = error instanceof Error ? error.message : ''
  return new DatabaseRefusal(`The database cannot write below ${where}: ${detail}. ${remedy}`, {
    cause: error,
  })
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'Give this user the right to write there, or choose another --home.',
  EPERM: 'Give this user the right to write there, or choose another --home.',
  EROFS: 'The file system is read-only: choose another --home.',
  ENOSPC: 'The disk is full: free some space and start again.',
  EDQUOT: 'The disk quota is used up: free some space and start again.',
  ENOTDIR: 'A file stands where a directory is needed: choose another --home.',
}

async function prepareRoot(home: string, systemDirectory: string): Promise<string> {
  const path = join(home, 'postgres')
  if (!isRoot()) {
    await mkdir(path, { recursive: true, mode: 0o700 })
    return await realpath(path)
  }
  const closedAbove = await firstClosedDirectory(dirname(home), NOBODY)
  if (closedAbove === undefined) await letServerUserPass(home)
  const existing = await lstat(path).catch(() => undefined)
  if (existing === undefined && closedAbove !== undefined) await linkToSystemDirectory(path, systemDirectory)
  else await mkdir(path, { recursive: true, mode: 0o710 })
  const root = await realpath(path)
  await letServerUserPass(root)
  const closed = await firstClosedDirectory(root, await chooseServerUser(join(root, String(POSTGRES_MAJOR))))
  if (closed !== undefined) {
    throw new DatabaseRefusal(
      `PostgreSQL does not run as root, and the user that runs it instead cannot enter ${closed}, above its data in ${root}. Move the home to a directory that is open to others, such as ${systemDirectory}.`,
    )
  }
  return root
}

/** Lets the group of `nobody`, and nobody else, pass through a directory of root without listing it. */
async function letServerUserPass(directory: string): Promise<void> {
  const existing = await stat(directory)
  if (existing.uid !== 0 || mayEnter(existing, NOBODY)) return
  await chown(directory, 0, NOBODY.gid)
  await chmod(directory, (existing.mode & 0o700) | 0o010)
}

async function linkToSystemDirectory(path: string, systemDirectory: string): Promise<void> {
  // A random name, not one made from the home's path: a new home must never meet the data of a removed one.
  const target = join(systemDirectory, 'homes', randomUUID())
  await mkdir(target, { recursive: true, mode: 0o711 })
  await chmod(systemDirectory, 0o755)
  await chmod(dirname(target), 0o711)
  await symlink(target, path).catch(async (error: unknown) => {
    await rmdir(target)
    if (errorCode(error) !== 'EEXIST') throw error
  })
}

async function ownDirectory(path: string, user: ServerUser): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch(acceptExisting)
  await giveTo(path, user)
  await refuseForeignDirectory(path, user)
  await chmod(path, 0o700)
}

function acceptExisting(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error
}

async function refuseForeignDirectory(path: string, user: ServerUser): Promise<void> {
  const { uid } = await lstat(path)
  if (user.uid === -1 || uid === user.uid) return
  throw new DatabaseRefusal(
    `${path} belongs to user ${uid}, but the database runs as user ${user.uid}. Start drawbridge as the user that made this home, or change the owner of all files in it.`,
  )
}

async function refuseOtherMajor(root: string): Promise<void> {
  const majors: number[] = []
  for (const name of await readdir(root)) {
    const found = await readFile(join(root, name, 'data', 'PG_VERSION'), 'utf8').catch(() => undefined)
    if (found !== undefined) majors.push(Number(found.trim()))
    if (found !== undefined && name === String(POSTGRES_MAJOR) && found.trim() !== name) {
      throw new DatabaseRefusal(
        `${join(root, name)} is named for PostgreSQL ${name} but holds data of PostgreSQL ${found.trim()}. Move it to the directory ${found.trim()} and start the release of drawbridge that wrote it.`,
      )
    }
  }
  if (majors.length === 0 || majors.includes(POSTGRES_MAJOR)) return
  throw new DatabaseRefusal(
    `${root} holds data of PostgreSQL ${majors.join(', ')}, and this release runs PostgreSQL ${POSTGRES_MAJOR}, which cannot read it. Start the release of drawbridge that wrote it, make a backup there with drawbridge backup, and restore it into an empty home with this release. Nothing was changed.`,
  )
}

// An address of a unix socket holds 107 bytes on Linux and 103 on macOS.
const SOCKET_PATH_BYTES_MAX = 103
/** The name of the socket in its directory; that of its lock file ends with `.lock`. */
export const SOCKET_NAME = '.s.PGSQL.5432'

async function prepareSocketDirectory(version: string, user: ServerUser): Promise<string> {
  const path = chooseSocketDirectory(version, tmpdir())
  await mkdir(path, { mode: 0o700 }).catch(acceptExisting)
  const found = await lstat(path)
  if (!found.isDirectory()) {
    throw new DatabaseRefusal(
      `${path}, where the database's socket belongs, is not a directory. Remove it and start again.`,
    )
  }
  // Only what is root's own: below a temporary directory, anyone may have put something under this name.
  if (isRoot() && found.uid === 0) await lchown(path, user.uid, user.gid)
  await refuseForeignDirectory(path, user)
  await chmod(path, 0o700)
  return path
}

/** The directory of the socket: beside the data, or a short one named by a hash where that path is too long. */
export function chooseSocketDirectory(version: string, temporary: string): string {
  const beside = join(version, 'run')
  if (isShort(beside)) return beside
  const name = `drawbridge-${createHash('sha256').update(version).digest('hex').slice(0, 16)}`
  return isShort(join(temporary, name)) ? join(temporary, name) : join('/tmp', name)
}

function isShort(directory: string): boolean {
  return Buffer.byteLength(join(directory, SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX
}
