import type { Engine } from '../../platform/scope.ts'
import { selectBlobsInUse } from './queries.ts'

/** A blob may be older than this before its transaction has ended; younger ones are left alone. */
const graceMs = 24 * 60 * 60 * 1000
const batch = 500

/** Deletes stored bytes that no file refers to: left by a crash before a commit, or by an erasure. Returns how many. */
export async function collectBlobs(engine: Engine, now: Date): Promise<number> {
  let deleted = 0
  let candidates: string[] = []
  const sweep = async () => {
    const used = await selectBlobsInUse(engine.pool, candidates)
    for (const id of candidates.filter((candidate) => !used.has(candidate))) {
      await engine.storage.delete(id)
      deleted += 1
    }
    candidates = []
  }
  for await (const { id, modified } of engine.storage.list()) {
    if (now.getTime() - modified.getTime() < graceMs) continue
    candidates.push(id)
    if (candidates.length === batch) await sweep()
  }
  await sweep()
  return deleted
}
