import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { StateIndex } from '../ledger/state-index.ts'

/**
 * Writes `results/files.jsonl`: which file of the source is which file of the target, one line each, ordered by
 * owner: `{owner_no, path, profile_id, file_id}`. Made anew from the ledger each time and put in place whole.
 */
export function writeFileResults(workDirectory: string, index: StateIndex): string {
  const directory = join(workDirectory, 'results')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, 'files.jsonl')
  writeWhole(path, fileLines(index))
  return path
}

function* fileLines(index: StateIndex): Generator<string> {
  for (const record of index.doneOf('file')) {
    const profile = index.effect(record.ref, 'profile')
    yield `${JSON.stringify({
      owner_no: record.ref,
      path: record.path,
      profile_id: profile?.id ?? null,
      file_id: record.id,
    })}\n`
  }
}

/** Writes a file for its owner's eyes only, beside its place, and moves it there when it is whole and durable. */
export function writeWhole(path: string, parts: Iterable<string>): void {
  const beside = `${path}.new`
  const file = openSync(beside, 'w', 0o600)
  try {
    for (const part of parts) writeSync(file, part)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(beside, path)
}
