import { lchown, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The user that runs the server's processes. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

/** What a path's owner and mode say; a part of `fs.Stats`. */
export interface Ownership {
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

/** PostgreSQL refuses to run as root; `nobody` is the user every system has. */
export const NOBODY: ServerUser = { uid: 65_534, gid: 65_534 }

/** True when this process is root and therefore must run the server as another user. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** The user that runs the server: ourselves, or, where we are root, the owner of existing data, else `nobody`. */
export async function chooseServerUser(versionDirectory: string): Promise<ServerUser> {
  if (!isRoot()) return { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 }
  const existing = await stat(versionDirectory).catch(() => undefined)
  return existing && existing.uid !== 0 ? { uid: existing.uid, gid: existing.gid } : NOBODY
}

/** Whether the owner and mode of a directory let this user pass through it. */
export function mayEnter(directory: Ownership, user: ServerUser): boolean {
  if (user.uid === 0) return true
  if (directory.uid === user.uid) return (directory.mode & 0o100) !== 0
  if (directory.gid === user.gid) return (directory.mode & 0o010) !== 0
  return (directory.mode & 0o001) !== 0
}

/** The first directory, from the root down to `path` itself, that this user cannot pass through. */
export async function firstClosedDirectory(path: string, user: ServerUser): Promise<string | undefined> {
  const parent = dirname(path)
  const above = parent === path ? undefined : await firstClosedDirectory(parent, user)
  if (above !== undefined) return above
  return mayEnter(await stat(path), user) ? undefined : path
}

/**
 * As root, gives everything below `path` to the server user: what root copied or restored belongs to root, and the
 * server could not open it. Looks no further where `path` itself, which is given last, is that user's already.
 */
export async function giveTo(path: string, user: ServerUser): Promise<void> {
  if (!isRoot() || (await stat(path)).uid === user.uid) return
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await giveTo(join(path, entry.name), user)
    else if (entry.isFile()) await lchown(join(path, entry.name), user.uid, user.gid)
  }
  await lchown(path, user.uid, user.gid)
}
