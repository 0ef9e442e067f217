import { join } from 'node:path'
import { loadCheckpointSigner, readCheckpoints, sequence, verifyLedger } from '../platform/ledger/index.ts'
import { type CommandInput, print, UsageRefusal, withPlatform } from './command.ts'
import { requireInstallation } from './installation.ts'

/** `drawbridge audit verify`: recomputes the chain of every environment and names the first bad row. */
export async function audit(input: CommandInput): Promise<number> {
  if (input.words[0] !== 'verify') throw new UsageRefusal('drawbridge audit verify [--checkpoints DIRECTORY]')
  await requireInstallation(input.settings)
  return withPlatform(input.settings, async ({ engine, settings }) => {
    const directory = input.flags.checkpoints ?? join(settings.home, 'checkpoints')
    const signer = await loadCheckpointSigner(settings.home, engine.vault.keyEncryption)
    await sequence(engine.pool)
    const reports = await verifyLedger(engine.pool, {
      checkpoints: await readCheckpoints(directory),
      trusted: new Map([[signer.keyId, signer.publicKey]]),
    })
    print(input, reports, () => reports.map(describe).join(''))
    return reports.every((report) => report.problem === null) ? 0 : 1
  })
}

type Report = Awaited<ReturnType<typeof verifyLedger>>[number]

function describe(report: Report): string {
  const { account, facts, unsequenced, checkpoints, problem } = report
  const checked = `${facts} facts, ${checkpoints} checkpoints, ${unsequenced} not yet in the chain`
  if (problem === null) return `ok    ${account}  ${checked}\n`
  const where =
    problem.seq === null
      ? `position ${problem.position}`
      : `position ${problem.position} (row ${problem.seq})`
  return `BAD   ${account}  ${problem.what} at ${where}: ${problem.detail}\n      ${checked}\n`
}
