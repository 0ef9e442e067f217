import { seededUuid } from './seeded.ts'
import type { Verdict } from './verdicts.ts'
import { verdictFamily } from './verdicts.ts'

const cases: Readonly<Record<Verdict, number>> = { pass: 0, none: 0, refer: 1, fail: 2 }

/** Screening against a register of fraud, of persons, companies and merchants: `REFER` finds a case, `FAIL` two. */
export const fraudScreening = verdictFamily(({ subject, plot }) => {
  const seed = [subject.entityType, subject.name]
  const matches = Array.from({ length: cases[plot] }, (_, at) => ({
    database_type: 'CIFAS',
    id: seededUuid('fraud', ...seed, String(at)),
    reporting_company: 'Demo reporting company',
    case_type: 'False application',
    product: 'Invented account',
    do_not_filter: false,
    supply_date: '2024-11-05',
    application_date: '2024-10-01',
    filing_reason: ['Invented for a demo check.'],
  }))
  return {
    output: {
      entity_type: subject.entityType,
      fraud_detection: {
        database_type: 'CIFAS',
        search_reference: seededUuid('search', ...seed),
        match_count: matches.length,
        matches,
      },
    },
    result: matches.length > 0 ? 'Refer' : 'Pass',
  }
})
