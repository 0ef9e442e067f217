import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ProjectFileError } from './project-file.ts'

/** Directory of everything that the engine writes, inside the project's; mode 0700. */
export const workDirectory = 'work'

/**
 * Sees to it that what is written lands in the project: an export that came from elsewhere may bring a directory
 * `work` of its own, with symbolic links to files of this machine in it. Throws ProjectFileError naming the link.
 */
export function assertNoLinks(directory: string): void {
  const work = join(directory, workDirectory)
  const link = isLink(work) ? work : linkIn(work)
  if (link !== undefined)
    throw new ProjectFileError(
      `${link} is a symbolic link. Remove it: the engine writes real files of its own only`,
    )
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
}

function linkIn(work: string): string | undefined {
  const found = entriesOf(work).find((entry) => entry.isSymbolicLink())
  return found && join(found.parentPath, found.name)
}

/** Everything below; links are not followed. */
function entriesOf(work: string): Dirent[] {
  try {
    return readdirSync(work, { recursive: true, withFileTypes: true })
  } catch (error) {
    // Files of a run that is under way come and go; a directory that is not there holds no link.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
