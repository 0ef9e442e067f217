import type { CheckResult } from '@drawbridge/schema/check.ts'
import { z } from 'zod'

const Match = z.looseObject({
  database_name: z.string().catch(''),
  database_type: z.string().catch(''),
  matched_fields: z.array(z.string()).catch([]),
  count: z.number().min(0).catch(0),
})
const Output = z.looseObject({ electronic_id_check: z.looseObject({ matches: z.array(Match) }) })

type Match = z.infer<typeof Match>

/**
 * The result of an electronic identity check (product behaviour 1.5). `2+2`: name and address in one source, and name
 * with address or date of birth in a second one. `1+1`: name and address in one source. Anything else fails, and so
 * does a person found among the dead. Null when the answer is none that this can be told from.
 */
export function identityResult(output: Readonly<Record<string, unknown>>): CheckResult | null {
  const read = Output.safeParse(output)
  if (!read.success) return null
  const matches = read.data.electronic_id_check.matches.filter((match) => match.count > 0)
  if (matches.some((match) => match.database_type === 'MORTALITY')) return 'Fail'
  const sources = matches.filter((match) => match.database_type !== 'IGNORED' && hasName(match))
  const withAddress = databases(sources.filter((match) => match.matched_fields.includes('ADDRESS')))
  const withDob = databases(sources.filter((match) => match.matched_fields.includes('DOB')))
  if (withAddress.size === 0) return 'Fail'
  return withAddress.union(withDob).size >= 2 ? '2+2' : '1+1'
}

function databases(matches: readonly Match[]): Set<string> {
  return new Set(matches.map((match) => match.database_name))
}

function hasName({ matched_fields: fields }: Match): boolean {
  return fields.includes('FORENAME') && fields.includes('SURNAME')
}
