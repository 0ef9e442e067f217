import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ApiTarget,
  apiTarget,
  type CrashPoint,
  crashAt,
  type Defences,
  openProject,
  type RunResult,
  runMigration,
} from '@drawbridge/migrate'

/** What the harness tells a migration that runs in a process of its own. */
export interface MigrationOrder {
  /** The project directory, with migration.yaml. */
  readonly directory: string
  readonly url: string
  readonly apikey: string
  readonly defences: Defences
  readonly ramp: readonly { after: number; workers: number }[]
  /** How long an unknown outcome is left alone where no keys are used. */
  readonly settleMs: number
  /** Where the process is to die by itself. */
  readonly crash?: { point: CrashPoint; nth: number }
  /** Bytes of a ledger segment, where a test wants several. */
  readonly segmentBytes?: number
}

/** What such a process says: one answered call, or how its run ended. */
export type MigrationWord = { called: true } | { effects: number } | { result: RunResult }

const targetMsMax = 120_000

process.once('message', (order: MigrationOrder) => {
  migrate(order).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  })
})

async function migrate(order: MigrationOrder): Promise<void> {
  const project = await openProject(order.directory)
  const target = apiTarget({ url: order.url, apikey: order.apikey })
  const { clients, units, effects_total: effects } = await project.counts()
  say({ effects })
  const result = await runMigration({
    workDirectory: join(project.directory, 'work'),
    source: {
      sourceHash: project.sourceHash,
      mappingHash: project.mappingHash,
      totals: { clients, units, effects },
      units: (after) => project.units(after),
    },
    target: tellingOf(target),
    account: await accountOf(target, order.url),
    defences: order.defences,
    ramp: order.ramp,
    settleMs: order.settleMs,
    ...(order.crash === undefined ? {} : { crash: crashAt(order.crash.point, order.crash.nth) }),
    ...(order.segmentBytes === undefined ? {} : { segmentBytes: order.segmentBytes }),
  })
  say({ result })
  await target.close()
  project.close()
  process.disconnect()
}

function say(word: MigrationWord): void {
  process.send?.(word)
}

/** The same target, whose answered writes are told to the harness, so that it can strike in the midst of them. */
function tellingOf(target: ApiTarget): ApiTarget {
  const telling = <P extends unknown[], R extends { kind: string }>(
    call: (...parameters: P) => Promise<R>,
  ) => {
    return async (...parameters: P): Promise<R> => {
      const reply = await call(...parameters)
      if (reply.kind === 'yes') say({ called: true })
      return reply
    }
  }
  const { createProfile, replaceCollectedData, addTag, addDocument, addImage, addFile } = target
  return {
    ...target,
    createProfile: telling(createProfile),
    replaceCollectedData: telling(replaceCollectedData),
    addTag: telling(addTag),
    addDocument: telling(addDocument),
    addImage: telling(addImage),
    addFile: telling(addFile),
  }
}

/** Whose key it is; asked until there is an answer, since the server may just be starting. */
async function accountOf(target: ApiTarget, url: string) {
  for (const until = Date.now() + targetMsMax; ; ) {
    const reply = await target.whoAmI()
    if (reply.kind === 'yes') {
      const { institutionId, institution } = reply.value
      return { institution_id: institutionId, institution, environment: 'demo', url }
    }
    if (reply.kind === 'no' || Date.now() > until)
      throw new Error(`The server does not say whose key this is: ${reply.why}`)
    await sleep(200)
  }
}
