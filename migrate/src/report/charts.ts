import { type SliceRecord, sliceMs } from '../ledger/state-index.ts'
import { clockText, escapeHtml, numberText, percentText } from '../words.ts'

/** One part of a whole, with the class that colours it. */
export interface Share {
  label: string
  value: number
  tone: 'good' | 'warn' | 'bad' | 'rest'
}

const signs = { good: '✓', warn: '◐', bad: '✕', rest: '○' }

/** A horizontal bar of shares with its words below; never colour alone. */
export function sharesBar(shares: readonly Share[], title: string): string {
  const total = shares.reduce((sum, share) => sum + share.value, 0)
  let at = 0
  const parts = shares
    .filter((share) => share.value > 0)
    .map((share) => {
      const width = (share.value / total) * 960
      const shown = `<rect class="${share.tone}" x="${at.toFixed(1)}" y="0" width="${Math.max(2, width - 2).toFixed(1)}" height="24" rx="3"/>`
      at += width
      return shown
    })
  const legend = shares.map(
    (share) =>
      `<li><span class="sign ${share.tone}">${signs[share.tone]}</span> ${escapeHtml(share.label)} <b>${numberText(share.value)}</b>` +
      `${total === 0 ? '' : ` <span class="dim">${percentText(share.value / total)}</span>`}</li>`,
  )
  return `<svg class="chart" viewBox="0 0 960 24" role="img" aria-label="${escapeHtml(title)}" preserveAspectRatio="none">${parts.join('')}</svg><ul class="legend">${legend.join('')}</ul>`
}

/** A stretch of the time line: effects a minute, and the workers it had. */
export interface Bin {
  from: number
  minutes: number
  done: number
  failed: number
  workers: number
}

const mostBins = 96
const width = 960
const height = 200
const bottom = 24
const left = 48
const right = 40

/** The slices of a run as at most 96 bins of equal length, gaps included; times in milliseconds since 1970. */
export function binsOf(timeline: readonly SliceRecord[]): Bin[] {
  const first = timeline[0]?.slice ?? 0
  const last = timeline.at(-1)?.slice ?? first
  if (timeline.length === 0) return []
  const slices = Math.ceil((last - first + 1) / mostBins)
  const count = Math.ceil((last - first + 1) / slices)
  const minutes = (slices * sliceMs) / 60_000
  const bins = Array.from({ length: count }, (_, at): Bin => {
    return { from: (first + at * slices) * sliceMs, minutes, done: 0, failed: 0, workers: 0 }
  })
  for (const record of timeline) {
    const bin = bins[Math.floor((record.slice - first) / slices)]
    if (bin === undefined) continue
    bin.done += record.done
    bin.failed += record.refused + record.unknown
    bin.workers = Math.max(bin.workers, record.workers)
  }
  return bins
}

/** Bars of effects a minute with the number of workers as a step line above them. */
export function timelineChart(bins: readonly Bin[], title: string): string {
  const plotWidth = width - left - right
  const plotHeight = height - bottom - 8
  const top = Math.max(1, ...bins.map((bin) => (bin.done + bin.failed) / bin.minutes))
  const ceiling = niceCeiling(top)
  const step = plotWidth / Math.max(1, bins.length)
  const y = (value: number): number => 8 + plotHeight * (1 - value / ceiling)
  const bars = bins.map((bin, at) => {
    const x = left + at * step
    const bar = Math.min(step - 1, 48)
    const done = bin.done / bin.minutes
    const failed = bin.failed / bin.minutes
    const good = `<rect class="good" x="${x.toFixed(1)}" y="${y(done).toFixed(1)}" width="${bar.toFixed(1)}" height="${(y(0) - y(done)).toFixed(1)}"/>`
    if (failed === 0) return good
    return `${good}<rect class="bad" x="${x.toFixed(1)}" y="${y(done + failed).toFixed(1)}" width="${bar.toFixed(1)}" height="${(y(done) - y(done + failed)).toFixed(1)}"/>`
  })
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">${grid(ceiling, y)}${bars.join('')}${workersLine(bins, step, plotHeight)}${clock(bins, step)}</svg>`
}

function grid(ceiling: number, y: (value: number) => number): string {
  return [0, ceiling / 2, ceiling]
    .map(
      (value) =>
        `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/>` +
        `<text x="${left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${numberText(value)}</text>`,
    )
    .join('')
}

function workersLine(bins: readonly Bin[], step: number, plotHeight: number): string {
  const y = (workers: number): number => 8 + plotHeight * (1 - workers / 5.5)
  const points = bins.flatMap((bin, at) => {
    const x = left + at * step
    return [
      `${x.toFixed(1)},${y(bin.workers).toFixed(1)}`,
      `${(x + step).toFixed(1)},${y(bin.workers).toFixed(1)}`,
    ]
  })
  const marks = [1, 3, 5].map(
    (workers) =>
      `<text class="workers" x="${width - right + 8}" y="${(y(workers) + 4).toFixed(1)}">${workers}</text>`,
  )
  return `<polyline class="workers" points="${points.join(' ')}"/>${marks.join('')}`
}

function clock(bins: readonly Bin[], step: number): string {
  const every = Math.max(1, Math.ceil(bins.length / 8))
  return bins
    .map((bin, at) => ({ bin, at }))
    .filter(({ at }) => at % every === 0)
    .map(
      ({ bin, at }) =>
        `<text x="${(left + at * step).toFixed(1)}" y="${height - 6}">${clockText(bin.from, bin.minutes < 1)}</text>`,
    )
    .join('')
}

function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const steps = [1, 2, 5, 10]
  return (steps.find((factor) => factor * power >= value) ?? 10) * power
}
