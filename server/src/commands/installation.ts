import { join } from 'node:path'
import { isThere } from '../platform/backup/restore-mark.ts'
import { readKeyEncryptionKeys } from '../platform/vault/index.ts'
import type { Settings } from '../settings.ts'
import { CommandRefusal } from './refusal.ts'

/** Where the key-encryption keys of these settings are kept, in words. */
export function keySource(settings: Settings): string {
  if (settings.kek !== undefined) return 'DRAWBRIDGE_KEK'
  return settings.kekFile ?? join(settings.home, 'secrets', 'kek')
}

/** The key-encryption keys, the current one first; unlike a start this makes none. Raises `CommandRefusal`. */
export async function requireKeys(settings: Settings): Promise<Buffer[]> {
  const { home, kek, kekFile } = settings
  if (kek === undefined && !(await isThere(keySource(settings))))
    throw new CommandRefusal(
      `There is no key-encryption key: ${keySource(settings)} does not exist. Put the key there, or name its file by --kek-file.`,
    )
  return readKeyEncryptionKeys({ home, text: kek, file: kekFile })
}

/** Raises `CommandRefusal` when the home holds no installation. */
export async function requireInstallation(settings: Settings): Promise<void> {
  const { home, databaseUrl } = settings
  const needed = databaseUrl === undefined ? join(home, 'postgres') : home
  if (!(await isThere(needed)))
    throw new CommandRefusal(
      `There is no installation in ${home}: ${needed} does not exist. Name the home by --home, or start it once with drawbridge serve.`,
    )
}

/** A signal that is raised by Ctrl-C or SIGTERM: what was begun is taken back, and the exit code is 130. */
export function interruption(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController()
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort(new CommandRefusal('Interrupted; nothing was kept.', 130))
  }
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    },
  }
}

const everyMs = 5_000

/** Tells on standard error how far long work is: a line that is written over on a terminal, else one every 5 s. */
export function progress(line: () => string): () => void {
  const terminal = process.stderr.isTTY === true
  const show = () => process.stderr.write(terminal ? `\r${line()}\u001b[K` : `${line()}\n`)
  const timer = setInterval(show, terminal ? 200 : everyMs)
  return () => {
    clearInterval(timer)
    if (terminal) process.stderr.write('\r\u001b[K')
  }
}

/** `1.2 GB`; powers of 1,000. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  const value = bytes / 1000 ** power
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}
