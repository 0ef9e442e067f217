import { family, type Telling, type Told } from './family.ts'
import { type Hit, type HitFlag, hitOf } from './hits.ts'
import type { DemoWords } from './words.ts'

/** The flags of each hit, and whether the hit of ongoing monitoring has come. */
interface ScreeningPlot {
  readonly hits: readonly (readonly HitFlag[])[]
  readonly isLater?: boolean
}

const clear: ScreeningPlot = { hits: [] }
const every: readonly HitFlag[] = ['REFER', 'PEP', 'SANCTION', 'ADVERSE_MEDIA']

const asked = [
  ['PEP', 'PEP'],
  ['SANCTION', 'SANCTION'],
  ['MEDIA', 'ADVERSE_MEDIA'],
  ['REFER', 'REFER'],
] as const

function flagsOf(words: DemoWords): readonly HitFlag[] {
  return asked.flatMap(([word, flag]) => (words.has(word) ? [flag] : []))
}

const separately = (flags: readonly HitFlag[]): ScreeningPlot => ({ hits: flags.map((flag) => [flag]) })

const byResult: Readonly<Record<string, ScreeningPlot>> = {
  SCREEN_NO_HITS: clear,
  SCREEN_ALL_FLAGS_SAME_HIT: { hits: [every] },
  SCREEN_ALL_FLAGS_SEPARATE_HITS: separately(every),
  SCREEN_SINGLE_REFER: separately(['REFER']),
  SCREEN_SINGLE_PEP: separately(['PEP']),
  SCREEN_SINGLE_SANCTION: separately(['SANCTION']),
  SCREEN_SINGLE_ADVERSE_MEDIA: separately(['ADVERSE_MEDIA']),
}

/** Screening: one hit for each of `PEP`, `SANCTION`, `MEDIA` and `REFER`. */
export const screening = family<ScreeningPlot>({
  byWords: (words) => separately(flagsOf(words)),
  byResult,
  tell: screen,
})

/** What ongoing monitoring finds: the same hits, and with `MONITOR-PEP` a new one. */
export const monitoredScreening = family<ScreeningPlot>({
  byWords: (words) => ({ ...separately(flagsOf(words)), isLater: words.has('MONITOR-PEP') }),
  byResult,
  tell: screen,
})

function screen({ subject, plot }: Telling<ScreeningPlot>): Told {
  const later = plot.isLater === true ? [hitOf(subject, ['PEP'], 'later')] : []
  const hits: readonly Hit[] = [...plot.hits.map((flags) => hitOf(subject, flags, 'first')), ...later]
  return {
    output: {
      entity_type: subject.entityType,
      screening_hits: hits.map((hit) => hit.asHit),
      sanctions_results: hits.map((hit) => hit.asResult),
    },
  }
}
