import type { DatabaseSync } from 'node:sqlite'
import type { Target } from './api.ts'
import { forEachAtOnce, get, listProfiles } from './api.ts'
import { associateLists } from './expectation.ts'
import type { CheckReport } from './findings.ts'
import { at, differences, listAt, textAt } from './values.ts'

/** Reads every profile of the API once, compares it with its row, and notes its links for `checkLinks`. */
export async function checkProfiles(db: DatabaseSync, target: Target, report: CheckReport): Promise<void> {
  for await (const ids of listProfiles(target, {})) {
    db.exec('BEGIN')
    await forEachAtOnce(ids, async (id) => {
      const profile = await get(target, `/4.0/profiles/${id}`)
      checkProfile(db, id, profile, report)
    })
    db.exec('COMMIT')
  }
  const lost = db.prepare('SELECT ref, source FROM party WHERE ref NOT IN (SELECT ref FROM profile)')
  for (const row of lost.iterate()) {
    report.lost.push({
      kind: 'profile',
      ref: textAt(row, 'ref'),
      source: textAt(row, 'source'),
      what: 'profile',
    })
  }
  const clients = db.prepare(
    "SELECT count(*) AS clients FROM party WHERE role LIKE '%_CUSTOMER' AND ref IN (SELECT ref FROM profile)",
  )
  report.clients = Number(at(clients.get(), 'clients'))
}

function checkProfile(db: DatabaseSync, id: string, profile: unknown, report: CheckReport): void {
  if (profile === null) {
    report.lost.push({ kind: 'listing', ref: id, source: '', what: 'listed, but not to be read' })
    return
  }
  const ref = textAt(profile, 'collected_data.customer_ref')
  const images = listAt(profile, 'document_images').length
  const linkedTo = at(profile, 'linked_to')
  const noted = db
    .prepare('INSERT OR IGNORE INTO profile VALUES (?, ?, ?, ?)')
    .run(id, ref, images, linkedTo === undefined ? null : JSON.stringify(linkedTo))
  if (noted.changes === 0) {
    report.duplicated.push({ kind: 'listing', ref, source: '', what: 'listed twice' })
    return
  }
  report.profiles += 1
  const party = db.prepare('SELECT * FROM party WHERE ref = ?').get(ref)
  if (party === undefined) {
    report.strays.push({ kind: 'profile', ref: ref === '' ? id : ref, source: '', what: 'profile' })
    return
  }
  const source = textAt(party, 'source')
  const twin = db.prepare('SELECT 1 FROM profile WHERE ref = ? AND id <> ?').get(ref, id)
  if (twin !== undefined) report.duplicated.push({ kind: 'profile', ref, source, what: 'profile' })
  checkFields(profile, party, report)
  checkTags(profile, party, report)
  noteLinks(db, id, ref, profile)
}

function checkFields(profile: unknown, party: unknown, report: CheckReport): void {
  const expected: Record<string, unknown> = { role: textAt(party, 'role') }
  for (const [path, value] of Object.entries(JSON.parse(textAt(party, 'expectation')))) {
    expected[`collected_data.${path}`] = value
  }
  report.fields += Object.keys(expected).length
  for (const what of differences(expected, profile)) {
    report.different.push({ kind: 'field', ref: textAt(party, 'ref'), source: textAt(party, 'source'), what })
  }
}

function checkTags(profile: unknown, party: unknown, report: CheckReport): void {
  const found = listAt(profile, 'tags').map((tag) => textAt(tag, 'name'))
  const expected: unknown[] = JSON.parse(textAt(party, 'labels'))
  const finding = { kind: 'tag', ref: textAt(party, 'ref'), source: textAt(party, 'source') } as const
  report.fields += expected.length
  for (const label of expected) {
    if (!found.some((name) => name === label)) report.lost.push({ ...finding, what: 'label' })
  }
  if (new Set(found).size < found.length) report.duplicated.push({ ...finding, what: 'label' })
  if (found.some((name) => !expected.includes(name))) report.strays.push({ ...finding, what: 'label' })
}

function noteLinks(db: DatabaseSync, id: string, ref: string, profile: unknown): void {
  const insert = db.prepare('INSERT INTO link VALUES (?, ?, ?, ?, ?)')
  for (const list of associateLists) {
    for (const entry of listAt(profile, `collected_data.${list}`)) {
      insert.run(id, ref, list, textAt(entry, 'linked_profile.id'), JSON.stringify(withoutProfile(entry)))
    }
  }
}

/** The expanded profile of an associate is compared where it stands itself. */
function withoutProfile(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null ? { ...entry, linked_profile: undefined } : entry
}

/** Looks for every profile under the label `migrated`: each must be found there, once, and nothing else. */
export async function checkSearch(db: DatabaseSync, target: Target, report: CheckReport): Promise<void> {
  const insert = db.prepare('INSERT OR IGNORE INTO tagged VALUES (?)')
  for await (const ids of listProfiles(target, { q: 'migrated' })) {
    db.exec('BEGIN')
    for (const id of ids) {
      const isNew = insert.run(id).changes > 0
      if (!isNew)
        report.duplicated.push({ kind: 'listing', ref: id, source: '', what: 'found twice by q=migrated' })
    }
    db.exec('COMMIT')
  }
  const missing = db.prepare(
    'SELECT profile.ref, party.source FROM profile JOIN party USING (ref) WHERE id NOT IN (SELECT id FROM tagged)',
  )
  for (const row of missing.iterate()) {
    const found = { ref: textAt(row, 'ref'), source: textAt(row, 'source') }
    report.lost.push({ kind: 'listing', ...found, what: 'not found by q=migrated' })
  }
  for (const row of db.prepare('SELECT id FROM tagged WHERE id NOT IN (SELECT id FROM profile)').iterate()) {
    report.strays.push({
      kind: 'listing',
      ref: textAt(row, 'id'),
      source: '',
      what: 'found by q=migrated only',
    })
  }
}
