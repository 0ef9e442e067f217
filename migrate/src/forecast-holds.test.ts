import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from '@drawbridge/legacy-bank/generate.ts'
import { afterEach, expect, test } from 'vitest'
import { forecast, type PredictedRow } from './forecast.ts'
import { bindingOf } from './ledger/binding.ts'
import { noCrash } from './ledger/crash-point.ts'
import { type Ledger, openLedger } from './ledger/ledger.ts'
import type { KnownProfile } from './plan/decide-action.ts'
import { openProject, type Project } from './project.ts'
import { FakeTarget } from './run/fake-target.test-kit.ts'
import { runMigration } from './run/run-migration.ts'

const left: (() => void)[] = []
afterEach(() => {
  for (const remove of left.splice(0)) remove()
})

const account = { institution_id: 'i', institution: 'Bank', environment: 'demo', url: 'x' }

async function legacyBank(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'forecast-holds-'))
  left.push(() => rmSync(directory, { recursive: true, force: true }))
  await generate({ directory, clients: 80, seed: 11, dirtyShare: 0.1 })
  const example = new URL('../../examples/legacy-bank/migration.yaml', import.meta.url)
  copyFileSync(example, join(directory, 'migration.yaml'))
  return directory
}

/** Puts profiles into the target that stand in the way: one of ours, two with one reference, one of the other kind. */
async function occupy(
  target: FakeTarget,
  refs: { same: string; twice: string; other: string },
): Promise<void> {
  const add = async (ref: string, role: string): Promise<void> => {
    const entity_type = role.startsWith('COMPANY') ? 'COMPANY' : 'INDIVIDUAL'
    await target.createProfile({ role, collected_data: { entity_type, customer_ref: ref } }, {})
  }
  await add(refs.same, 'INDIVIDUAL_CUSTOMER')
  await add(refs.twice, 'COMPANY_CUSTOMER')
  await add(refs.twice, 'COMPANY_CUSTOMER')
  await add(refs.other, 'COMPANY_ASSOCIATED')
}

function profilesOf(target: FakeTarget, ref: string): KnownProfile[] {
  return [...target.profiles.values()].filter((profile) => profile.collected_data.customer_ref === ref)
}

/** What the run did for each row, read from its ledger. */
async function actualRows(project: Project, ledger: Ledger): Promise<Map<string, string>> {
  const rows = new Map<string, string>()
  const actionOf = (ref: string, name: string): string => {
    const record = ledger.index.effect(ref, name)
    if (record?.state === 'done') return record.how === 'adopted' ? 'unchanged' : 'create'
    return record?.state === 'refused' ? 'fail' : 'skip'
  }
  for await (const unit of project.units()) {
    for (const effect of unit.effects) {
      if (effect.kind === 'links') {
        for (const link of effect.links) {
          const missing = ledger.index.effect(unit.ref, `link:${link.list}:${link.ref}`) !== null
          const action = missing ? 'skip' : actionOf(unit.ref, 'links')
          rows.set(`${link.source.file}:${link.source.line}`, action)
        }
      } else if (effect.ref === unit.ref && effect.kind !== 'tag' && effect.kind !== 'document') {
        rows.set(`${effect.source.file}:${effect.source.line}`, actionOf(effect.ref, effect.name))
      }
    }
  }
  for await (const row of project.unusable()) rows.set(`${row.source.file}:${row.source.line}`, 'fail')
  return rows
}

test('the run does for every row what the forecast said, also where the target held profiles before', async () => {
  const directory = await legacyBank()
  const project = await openProject(directory)
  left.push(() => project.close())
  const target = new FakeTarget({ keys: true, uniqueReference: false })
  await occupy(target, { same: 'C0000001', twice: 'B0000002', other: 'P0000001' })
  const predicted = await forecast(project, {
    before: (ref) => profilesOf(target, ref),
    ledger: () => 'none',
  })

  const { clients, units, effects_total: effects } = await project.counts()
  const workDirectory = join(directory, 'work')
  const { sourceHash, mappingHash } = project
  const source = {
    sourceHash,
    mappingHash,
    units: (after: number) => project.units(after),
    totals: { clients, units, effects },
  }
  const result = await runMigration({ workDirectory, source, target, account })
  expect(result.state).toBe('complete')

  const binding = bindingOf(sourceHash, mappingHash, account)
  const ledger = openLedger({ workDirectory, binding, now: Date.now, crash: noCrash })
  const actual = await actualRows(project, ledger)
  await ledger.close()
  const lines = readFileSync(join(directory, predicted.rows_file), 'utf8').trimEnd().split('\n')
  const said = new Map(
    lines.map((line) => {
      const row = JSON.parse(line) as PredictedRow
      return [`${row.file}:${row.line}`, row.action]
    }),
  )
  expect([...said].sort()).toEqual([...actual].sort())
  expect(predicted.total.unchanged).toBe(1)
  expect(predicted.total.skip).toBeGreaterThan(0)
})
