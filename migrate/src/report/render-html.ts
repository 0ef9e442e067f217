import { clockText, escapeHtml, numberText, percentText, timeText } from '../words.ts'
import { binsOf, sharesBar, timelineChart } from './charts.ts'
import type { ReportData } from './report-data.ts'
import { style } from './style.ts'

/** The report as one HTML file that needs nothing else: no script, no font, no image from anywhere. */
export function renderHtml(data: ReportData): string {
  const title = `${data.plan.name}: migration report`
  const sections = [
    verdict(data),
    outcome(data),
    timeline(data),
    failures(data),
    unknown(data),
    proof(data),
    risk(data),
    facts(data),
  ]
  return (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n' +
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">\n' +
    `<title>${escapeHtml(title)}</title>\n<style>${style}</style>\n</head>\n<body>\n<main>\n` +
    `<h1>${escapeHtml(data.plan.name)}</h1>\n<p class="dim">${escapeHtml(subtitle(data))}</p>\n` +
    `${sections.join('\n')}\n</main>\n</body>\n</html>\n`
  )
}

function subtitle({ account, started, ended }: ReportData): string {
  const when =
    started === null ? 'not started' : `${timeText(started)}${ended === null ? '' : ` to ${timeText(ended)}`}`
  return `${account.institution}, ${account.environment} environment · ${when}`
}

function verdict(data: ReportData): string {
  const { reconciliation: proof, clients } = data
  const numbers: [string, number | null][] = [
    ['Lost', proof?.lost ?? null],
    ['Duplicated', proof?.duplicated ?? null],
    ['Different', proof?.different ?? null],
    ['Strays', proof?.strays ?? null],
    ['Clients migrated', clients.complete + clients.partial],
    ['Clients to look at', clients.partial + clients.failed],
    ['Rows not sent', data.plan.unusable],
  ]
  const shown = numbers.map(
    ([name, value]) => `<div><dt>${name}</dt><dd>${value === null ? '–' : numberText(value)}</dd></div>`,
  )
  const { tone, sign, words, more } = judgement(data)
  return `<section class="verdict ${tone}"><span class="sign ${tone}">${sign}</span><p><b>${words}</b><br>${more}</p></section>
<section><h2>In numbers</h2><dl class="numbers">${shown.join('')}</dl></section>`
}

function judgement({ reconciliation: proof, clients }: ReportData): {
  tone: string
  sign: string
  words: string
  more: string
} {
  if (proof === null) {
    return {
      tone: 'warn',
      sign: '◐',
      words: 'Not proved yet',
      more: 'Run the reconciliation to compare the target with the source.',
    }
  }
  if (!proof.accepted) {
    return {
      tone: 'bad',
      sign: '✕',
      words: 'Not accepted',
      more: 'The target is not what the source says; the findings are listed below.',
    }
  }
  if (clients.unfinished > 0) {
    return {
      tone: 'warn',
      sign: '◐',
      words: 'Not finished',
      more: `${numberText(clients.unfinished)} clients are still to be migrated.`,
    }
  }
  return {
    tone: 'good',
    sign: '✓',
    words: 'Accepted: 0 lost, 0 duplicated, 0 different',
    more: 'Every client, field, file and link was read back from the target and compared with the source.',
  }
}

function outcome({ clients, effects }: ReportData): string {
  const bar = sharesBar(
    [
      { label: 'complete', value: clients.complete, tone: 'good' },
      { label: 'with something refused', value: clients.partial, tone: 'warn' },
      { label: 'refused', value: clients.failed, tone: 'bad' },
      { label: 'not finished', value: clients.unfinished, tone: 'rest' },
    ],
    'Clients by outcome',
  )
  const rows = effects.map(
    ({ kind, planned, done, refused }) => [kindNames[kind] ?? kind, planned, done, refused] as const,
  )
  return `<section><h2>Clients by outcome</h2>${bar}${table(['What', 'Planned', 'Done', 'Refused'], rows)}</section>`
}

const kindNames: Record<string, string> = {
  profile: 'Profiles',
  links: 'Companies with linked associates',
  image: 'Document images',
  document: 'Documents',
  file: 'Files',
  tag: 'Labels',
}

function timeline({ timeline: slices, ramp, calls, starts, killed }: ReportData): string {
  const bins = binsOf(slices)
  const peak = [...bins].sort((a, b) => b.done - a.done)[0]
  if (bins.length === 0 || peak === undefined) return ''
  const notable = `At its busiest, ${timeText(peak.from)}, it made ${numberText(peak.done / peak.minutes)} effects a minute with ${peak.workers} ${peak.workers === 1 ? 'worker' : 'workers'}.`
  const resumed =
    starts > 1
      ? ` The run was started ${starts} times${killed > 0 ? `; ${killed} of them ended without a word and lost nothing that was acknowledged` : ''}.`
      : ''
  const busy =
    calls.slots_busy === null ? '' : ` Slots were in use ${percentText(calls.slots_busy)} of the time.`
  const per =
    calls.needed === 0
      ? ''
      : ` ${(calls.sent / calls.needed).toFixed(3)} calls were sent for each call needed.`
  const steps = ramp.map(({ at, workers }) => [timeText(at), workers] as const)
  const rows = bins.map(
    (bin) =>
      [
        `${timeText(bin.from).split(',')[0]}, ${clockText(bin.from, true)} UTC`,
        bin.done,
        bin.failed,
        bin.workers,
      ] as const,
  )
  return `<section><h2>Effects a minute, and workers</h2><p>${notable}${resumed}${busy}${per}</p>${timelineChart(bins, 'Effects a minute as bars, workers as a line')}
<ul class="legend"><li><span class="sign good">■</span> done</li><li><span class="sign bad">■</span> refused or unknown</li><li><span class="sign" style="color: var(--accent)">━</span> workers (right scale)</li></ul>
<details><summary>The numbers behind the chart</summary>${table(['From', 'Done', 'Refused or unknown', 'Workers'], rows)}</details>
<details><summary>Changes of pace</summary>${table(['When', 'Workers'], steps)}</details></section>`
}

function failures({ failures: { total, reasons, listed }, plan }: ReportData): string {
  const unusable =
    plan.unusable === 0
      ? ''
      : `<p>${numberText(plan.unusable)} rows of the source could not be sent; <span class="mono">results/unusable.csv</span> names each with its line, its columns and what to do.</p>`
  if (total === 0) return `<section><h2>Failures</h2>${unusable}<p>The target refused nothing.</p></section>`
  const rows = listed.map(({ ref, effect, code, why, source }) => [ref, effect, code, why, source] as const)
  return `<section><h2>Failures</h2>${unusable}<p>The target has ${numberText(total)} things of the source not, each for a reason:</p>
${table(
  ['Reason', 'How many'],
  reasons.map(({ code, count }) => [code, count] as const),
)}
<details open><summary>${listed.length < total ? `The first ${listed.length}` : 'All of them'}</summary><div class="scroll">${table(['Reference', 'What', 'Code', 'Reason', 'Source line'], rows)}</div></details></section>`
}

function unknown({ unknown: { total, settled, open, resent } }: ReportData): string {
  if (total === 0 && open === 0 && resent === 0) {
    return '<section><h2>Unknown outcomes</h2><p>None: every request had an answer that could be read.</p></section>'
  }
  const rows = [
    ['The target knew the request by its key and answered as the first time', settled.replayed ?? 0],
    ['Found in the target', settled.found ?? 0],
    ['Taken over: the target had a profile with our reference', settled.adopted ?? 0],
    ['Looked for twice, not there', settled.absent ?? 0],
    ['Sent again and done', settled.sent ?? 0],
    ['Still unknown', open],
  ] as const
  return `<section><h2>Unknown outcomes</h2><p>${numberText(total)} requests ended without an answer that could be read; ${numberText(resent)} requests were sent again. How they were settled:</p>${table(['How', 'How many'], rows)}</section>`
}

function proof({ reconciliation: proof }: ReportData): string {
  if (proof === null) return '<section><h2>Reconciliation</h2><p>Not made yet.</p></section>'
  const { checked } = proof
  const rows = [
    ['Profiles, field by field', checked.profiles],
    ['Files, by SHA-256 of their bytes', checked.files],
    ['Document images, by SHA-256 of their bytes', checked.images],
    ['Documents', checked.documents],
    ['Labels', checked.tags],
    ['Links to associates', checked.links],
    ['Profiles of the target looked through for duplicates and strays', checked.target_profiles],
  ] as const
  const { lost, duplicated, different, strays } = proof.findings
  const findings = [
    ...[
      ['lost', lost] as const,
      ['duplicated', duplicated] as const,
      ['different', different] as const,
    ].flatMap(([kind, list]) => list.map((one) => [kind, one.ref, one.what, one.field, one.source] as const)),
    ...strays.map((one) => ['stray', one.ref, 'profile', one.profile_id, ''] as const),
  ]
  const listed =
    findings.length === 0
      ? ''
      : `<div class="scroll">${table(['Finding', 'Reference', 'What', 'Where', 'Source line'], findings)}</div>`
  return `<section><h2>Reconciliation</h2><p>${numberText(proof.lost)} lost, ${numberText(proof.duplicated)} duplicated, ${numberText(proof.different)} different, ${numberText(proof.strays)} strays.</p>${listed}${table(['Compared', 'How many'], rows)}</section>`
}

function risk({ residual_risk: risks }: ReportData): string {
  return `<section><h2>What remains uncertain</h2>${risks.map((text) => `<p>${escapeHtml(text)}</p>`).join('')}</section>`
}

function facts(data: ReportData): string {
  const { plan } = data
  const rows = [
    [
      'Clients',
      `${numberText(plan.clients)} (${numberText(plan.individuals)} individuals, ${numberText(plan.companies)} companies)`,
    ],
    ['Associates that are no clients', numberText(plan.associates)],
    ['Links', numberText(plan.links)],
    ['Target', data.account.url],
    ['Run', data.run],
    ['Sources, SHA-256', data.source_sha256],
    ['Mapping, SHA-256', data.mapping_sha256],
    ...plan.sources.map(
      (source) => [`${source.file}, ${numberText(source.rows)} rows`, source.sha256] as const,
    ),
  ] as const
  const shown = rows.map(
    ([name, value]) => `<tr><td>${escapeHtml(name)}</td><td class="mono">${escapeHtml(value)}</td></tr>`,
  )
  return `<section><h2>Plan and hashes</h2><table>${shown.join('')}</table></section>`
}

function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const numeric = heads.map((_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === 'number'))
  const head = heads.map(
    (name, at) => `<th${numeric[at] === true ? ' class="n"' : ''}>${escapeHtml(name)}</th>`,
  )
  const body = rows.map((row) => {
    const cells = row.map((cell) =>
      typeof cell === 'number'
        ? `<td class="n">${numberText(cell)}</td>`
        : `<td class="wrap">${escapeHtml(cell)}</td>`,
    )
    return `<tr>${cells.join('')}</tr>`
  })
  return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`
}
