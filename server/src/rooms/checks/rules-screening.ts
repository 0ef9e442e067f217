type Fields = Readonly<Record<string, unknown>>

/**
 * The output of a check as the contract shows it: the hits of a screening, which providers tell in the words of their
 * protocol, also as `sanctions_results` (public API 4.0, 2.5). Any other output stays as it is.
 */
export function shownOutput(output: Fields): Record<string, unknown> {
  if (!Array.isArray(output.screening_hits) || output.sanctions_results !== undefined) return { ...output }
  return { ...output, sanctions_results: output.screening_hits.filter(isFields).map(sanctionsResult) }
}

function sanctionsResult(hit: Fields): Fields {
  const data = fieldsOf(hit.data)
  const provider = fieldsOf(hit.provider)
  const dates = listOf(data.dates)
  const countries = listOf(data.countries).map(({ country, country_code, ...rest }) => ({
    ...rest,
    country_code: country ?? country_code,
  }))
  const flags = listOf(hit.flags).map(({ type }) => type)
  return present({
    match_id: provider.hit_id,
    match_name: data.name,
    match_custom_label: flags.includes('REFER') ? 'REFER' : undefined,
    match_dates: dates.filter(({ type }) => type === 'DOB').map(({ date }) => date),
    match_dates_data: dates,
    match_countries: countries.map(({ country_code }) => country_code),
    match_countries_data: countries,
    deceased_dates: dates.filter(({ type }) => type === 'DECEASED').map(({ date }) => date),
    score: data.confidence_score,
    aliases: data.aliases,
    gender: data.gender,
    deceased: data.deceased,
    details: data.details,
    sources: data.sources,
    pep: isFields(data.pep) || flags.includes('PEP') ? pepOf(fieldsOf(data.pep)) : undefined,
    sanctions: data.sanctions === undefined ? undefined : listOf(data.sanctions).map(sanctionOf),
    media: data.media,
  })
}

function pepOf(pep: Fields): Fields {
  const roles = listOf(pep.roles).map(({ name, tier, tenure }) =>
    present({ name, tier, ...periodOf(fieldsOf(tenure)), is_current: fieldsOf(tenure).end === undefined }),
  )
  return present({ match: true, tier: pep.tier, roles })
}

function sanctionOf(sanction: Fields): Fields {
  const { name, type, issued_by, list, time_periods } = sanction
  const periods = listOf(time_periods)
  const isPast = periods.length > 0 && periods.every(({ end }) => end !== undefined && end !== null)
  return present({
    issuer: issued_by,
    name,
    type,
    list: isFields(list) ? list.name : list,
    is_current: !isPast,
    is_past: isPast,
    time_periods: periods.map((period) => present(periodOf(period))),
  })
}

function periodOf({ start, end }: Fields): Fields {
  return { from_date: start, to_date: end }
}

function present(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  )
}

function isFields(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])
