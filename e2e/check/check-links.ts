import type { DatabaseSync } from 'node:sqlite'
import type { CheckReport, Finding } from './findings.ts'
import { at, differences, listAt, textAt } from './values.ts'

const lostLinks = `
  SELECT relation.company, relation.source, relation.list FROM relation
  JOIN profile ON profile.ref = relation.company
  WHERE NOT EXISTS (
    SELECT 1 FROM link JOIN profile AS linked ON linked.id = link.linked_id
    WHERE link.company = relation.company AND link.list = relation.list AND linked.ref = relation.party)`

const foundLinks = `
  SELECT link.company, link.company_id, link.list, link.entry, linked.linked_to, relation.source,
    relation.expectation, count(*) OVER (PARTITION BY link.company_id, link.list, link.linked_id) AS times
  FROM link
  LEFT JOIN profile AS linked ON linked.id = link.linked_id
  LEFT JOIN relation
    ON relation.company = link.company AND relation.list = link.list AND relation.party = linked.ref`

const backwardStrays = `
  SELECT profile.id, profile.ref, profile.linked_to FROM profile
  WHERE profile.linked_to IS NOT NULL AND profile.linked_to <> '[]'`

/** Compares links both ways: every relation has its entry, every entry its relation, and associates point back. */
export function checkLinks(db: DatabaseSync, report: CheckReport): void {
  for (const row of db.prepare(lostLinks).iterate()) report.lost.push(finding(row))
  for (const row of db.prepare(foundLinks).iterate()) checkLink(row, report)
  for (const row of db.prepare(backwardStrays).iterate()) checkBackward(db, row, report)
}

function finding(row: unknown): Finding {
  return {
    kind: 'link',
    ref: textAt(row, 'company'),
    source: textAt(row, 'source'),
    what: textAt(row, 'list'),
  }
}

function checkLink(row: unknown, report: CheckReport): void {
  if (textAt(row, 'source') === '') {
    report.strays.push(finding(row))
    return
  }
  if (Number(at(row, 'times')) > 1) report.duplicated.push(finding(row))
  const expectation: Record<string, unknown> = JSON.parse(textAt(row, 'expectation'))
  report.fields += Object.keys(expectation).length
  for (const path of differences(expectation, JSON.parse(textAt(row, 'entry')))) {
    report.different.push({ ...finding(row), kind: 'field', what: `${textAt(row, 'list')}.${path}` })
  }
  const linkedTo = at(row, 'linked_to')
  if (typeof linkedTo !== 'string') return
  if (!idsIn(linkedTo).includes(textAt(row, 'company_id'))) {
    report.lost.push({ ...finding(row), what: `${textAt(row, 'list')}, back from the associate` })
  }
}

/** `linked_to` is a list of `{id}` or of `{profile: {id}}`. */
function idsIn(linkedTo: string): string[] {
  return listAt({ linkedTo: JSON.parse(linkedTo) }, 'linkedTo').map(
    (entry) => textAt(entry, 'id') || textAt(entry, 'profile.id'),
  )
}

function checkBackward(db: DatabaseSync, row: unknown, report: CheckReport): void {
  const exists = db.prepare('SELECT 1 FROM link WHERE linked_id = ? AND company_id = ?')
  for (const company of idsIn(textAt(row, 'linked_to'))) {
    if (exists.get(textAt(row, 'id'), company) !== undefined) continue
    report.strays.push({ kind: 'link', ref: textAt(row, 'ref'), source: '', what: 'linked_to' })
  }
}
