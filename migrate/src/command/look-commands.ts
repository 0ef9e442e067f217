import { join } from 'node:path'
import { check, workDirectory } from '../check.ts'
import { emptyOutlook, forecast, type Outlook } from '../forecast.ts'
import { NoLedger, openLedger } from '../ledger/ledger.ts'
import { readIndex } from '../ledger/read-index.ts'
import { openProject, type Project } from '../project.ts'
import { reconcile } from '../reconcile/reconcile.ts'
import { writeReport } from '../report/write-report.ts'
import { askingOutside } from '../run/read.ts'
import { ProfileSweep } from '../run/sweep.ts'
import { connect } from './connect.ts'
import { describeCheck, describeForecast } from './describe-check.ts'
import { describeReconciliation, describeStatus, statusOf } from './describe-run.ts'
import { type CommandIo, checkLine, exitCodes, ProgressLine } from './io.ts'
import { planFactsOf, runSourceOf } from './plan-facts.ts'
import { drainOnInterrupt } from './run-command.ts'

export interface JsonFlag {
  json?: boolean
}

/** `drawbridge migrate check`: every row against what must be there; sends nothing. */
export async function checkCommand(io: CommandIo, directory: string, { json }: JsonFlag): Promise<void> {
  const line = new ProgressLine(io)
  const result = await check(directory, (progress) => line.show(checkLine(progress)))
  line.end()
  io.out(json === true ? `${JSON.stringify(result)}\n` : describeCheck(result))
  if (result.counts.unusable > 0) io.setExitCode(exitCodes.person)
}

/** `drawbridge migrate forecast`: one predicted action for each row, by the rule the run follows. */
export async function forecastCommand(
  io: CommandIo,
  directory: string,
  flags: JsonFlag & { offline?: boolean },
): Promise<void> {
  const project = await openProject(directory)
  const line = new ProgressLine(io)
  try {
    const result = await withOutlook(io, project, flags.offline === true, (outlook) =>
      forecast(project, outlook, (done, total) => line.show(`forecast  ${done} of ${total}`)),
    )
    line.end()
    io.out(flags.json === true ? `${JSON.stringify(result)}\n` : describeForecast(result))
    if (result.total.fail > 0) io.setExitCode(exitCodes.person)
  } finally {
    project.close()
  }
}

/** What the run would know: the ledger, and the target as it was before the run. Offline: a target that is empty. */
async function withOutlook<T>(
  io: CommandIo,
  project: Project,
  offline: boolean,
  use: (outlook: Outlook) => Promise<T>,
): Promise<T> {
  if (offline) return use(emptyOutlook)
  const work = join(project.directory, workDirectory)
  const index = readIndex(work)
  // A run that has begun looked at the target then, and goes on by what it saw.
  const sweep = new ProfileSweep(join(work, index === null ? 'forecast.sqlite' : 'before.sqlite'))
  try {
    if (index === null) await sweepNow(io, project, sweep)
    const empty = sweep.size === 0
    return await use({
      before: (ref) => (empty ? null : sweep.withRef(ref)),
      ledger: (ref, name) => {
        const state = index?.effect(ref, name)?.state ?? 'absent'
        if (state === 'absent') return 'none'
        return state === 'unknown' ? 'open' : state
      },
    })
  } finally {
    sweep.close()
    index?.close()
  }
}

async function sweepNow(io: CommandIo, project: Project, sweep: ProfileSweep): Promise<void> {
  const { target } = await connect(project, io.err)
  try {
    await sweep.fill(askingOutside(target))
  } finally {
    await target.close()
  }
}

/** `drawbridge migrate status`: where the run stands, also while it runs. */
export async function statusCommand(io: CommandIo, directory: string, { json }: JsonFlag): Promise<void> {
  const project = await openProject(directory)
  try {
    const index = readIndex(join(project.directory, workDirectory))
    if (index === null)
      throw new NoLedger(
        `There is no run in ${directory} yet. Start one with: drawbridge migrate run ${directory}`,
      )
    const { clients, effects_total } = await project.counts()
    const status = statusOf(index, clients, effects_total)
    index.close()
    io.out(json === true ? `${JSON.stringify(status)}\n` : describeStatus(status))
  } finally {
    project.close()
  }
}

/** `drawbridge migrate reconcile`: the target against the source, everything. */
export async function reconcileCommand(io: CommandIo, directory: string, { json }: JsonFlag): Promise<void> {
  const project = await openProject(directory)
  const line = new ProgressLine(io)
  const drain = drainOnInterrupt(io, directory)
  const work = join(project.directory, workDirectory)
  try {
    const { target } = await connect(project, io.err)
    const ledger = openLedger({ workDirectory: work, binding: null, now: Date.now })
    try {
      const result = await reconcile({
        workDirectory: work,
        source: await runSourceOf(project),
        target,
        ledger,
        tags: project.settings.tags,
        signal: drain.signal,
        onProgress: (done, total) => line.show(`reconcile  ${done} of ${total}`),
      })
      line.end()
      if (result === null) {
        io.err(`Interrupted. Go on with: drawbridge migrate reconcile ${directory}\n`)
        io.setExitCode(exitCodes.interrupted)
        return
      }
      io.out(json === true ? `${JSON.stringify(result)}\n` : describeReconciliation(result, directory))
      if (!result.accepted) io.setExitCode(exitCodes.person)
    } finally {
      await ledger.close()
      await target.close()
    }
  } finally {
    drain.end()
    project.close()
  }
}

/** `drawbridge migrate report`: the run and its proof as HTML and JSON. */
export async function reportCommand(io: CommandIo, directory: string, { json }: JsonFlag): Promise<void> {
  const project = await openProject(directory)
  const work = join(project.directory, workDirectory)
  try {
    const ledger = openLedger({ workDirectory: work, binding: null, now: Date.now })
    try {
      const report = writeReport(work, await planFactsOf(project), ledger)
      io.out(json === true ? `${JSON.stringify(report.data)}\n` : `${report.html}\n${report.json}\n`)
    } finally {
      await ledger.close()
    }
  } finally {
    project.close()
  }
}
