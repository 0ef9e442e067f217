import { open } from 'node:fs/promises'
import { errorCode } from './error-code.ts'

/** Makes the entries of a directory durable. A file system that cannot do that says EINVAL or EISDIR, and is let off. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } catch (error) {
    if (!['EINVAL', 'EISDIR'].includes(errorCode(error))) throw error
  } finally {
    await directory.close()
  }
}
