import { inventedPerson } from './invented.ts'
import { seededNumber, seededUuid } from './seeded.ts'
import type { Subject } from './subject.ts'

/** What a hit is flagged for. */
export type HitFlag = 'PEP' | 'SANCTION' | 'ADVERSE_MEDIA' | 'REFER'

/** One hit: as the provider protocol writes it, and as the API writes it. Both bear the same id. */
export interface Hit {
  readonly asHit: Readonly<Record<string, unknown>>
  readonly asResult: Readonly<Record<string, unknown>>
}

/** A hit about a subject: the same flags and occasion always give the same hit. */
export function hitOf(subject: Subject, flags: readonly HitFlag[], occasion: 'first' | 'later'): Hit {
  const id = seededUuid('hit', subject.entityType, subject.name, occasion, ...flags)
  const about = { id, subject, flags }
  return { asHit: protocolHit(about), asResult: apiResult(about) }
}

interface About {
  readonly id: string
  readonly subject: Subject
  readonly flags: readonly HitFlag[]
}

const has = (about: About, flag: HitFlag) => about.flags.includes(flag)
const score = (about: About) => (70 + seededNumber(30, 'score', about.id)) / 100
const details = [{ title: 'Demo', text: 'Invented for a demo check: about nobody.' }]
const sources = [{ name: 'Demo watch list', url: 'https://demo.invalid/watch-list' }]
const listedFrom = '2019-03'

function protocolHit(about: About): Readonly<Record<string, unknown>> {
  const { subject } = about
  return {
    provider: { hit_id: about.id, label: 'Demo provider', name: 'Demo provider' },
    status: 'UNRESOLVED',
    flags: about.flags.map((type) => ({ type })),
    data: {
      name: subject.name,
      aliases: [aliasOf(about)],
      countries: [{ type: 'RESIDENCE', country: about.subject.country }],
      dates: subject.dob === undefined ? [] : [{ type: 'DOB', date: subject.dob }],
      deceased: false,
      ...genderOf(subject),
      confidence_score: score(about),
      details,
      sources,
      ...(has(about, 'PEP') && {
        pep: {
          tier: 2,
          roles: [{ name: 'Invented deputy minister', tier: 2, tenure: { start: listedFrom } }],
        },
      }),
      ...(has(about, 'SANCTION') && {
        sanctions: [
          {
            name: 'Invented asset freeze',
            type: 'asset freeze',
            issued_by: 'Demo authority',
            list: { name: 'Demo consolidated list' },
            time_periods: [{ start: listedFrom }],
          },
        ],
      }),
      ...(has(about, 'ADVERSE_MEDIA') && { media: [articleOf(about)] }),
    },
  }
}

function apiResult(about: About): Readonly<Record<string, unknown>> {
  const { subject } = about
  const { country } = subject
  return {
    match_id: about.id,
    match_name: subject.name,
    match_countries: [country],
    match_countries_data: [{ type: 'RESIDENCE', country_code: country }],
    ...(subject.dob !== undefined && {
      match_dates: [subject.dob],
      match_dates_data: [{ type: 'DOB', date: subject.dob }],
    }),
    ...genderOf(subject),
    aliases: [aliasOf(about)],
    score: score(about),
    deceased: false,
    details,
    sources,
    ...(has(about, 'PEP') && {
      pep: {
        match: true,
        tier: 2,
        roles: [{ name: 'Invented deputy minister', tier: 2, from_date: listedFrom, is_current: true }],
      },
    }),
    ...(has(about, 'SANCTION') && {
      sanctions: [
        {
          issuer: 'Demo authority',
          name: 'Invented asset freeze',
          type: 'asset freeze',
          list: 'Demo consolidated list',
          is_current: true,
          is_past: false,
          time_periods: [{ from_date: listedFrom }],
        },
      ],
    }),
    ...(has(about, 'ADVERSE_MEDIA') && { media: [articleOf(about)] }),
    ...(has(about, 'REFER') && { match_custom_label: 'REFER' }),
  }
}

function articleOf(about: About) {
  return {
    url: `https://demo.invalid/news/${about.id}`,
    title: 'Invented article of a demo check',
    snippet: `${about.subject.name} is named in an article that nobody wrote.`,
    date: '2024-11-05',
  }
}

function aliasOf(about: About): string {
  const { given, family } = inventedPerson('alias', about.id)
  return about.subject.entityType === 'COMPANY' ? `${family} Trading` : `${given} ${family}`
}

function genderOf(subject: Subject) {
  return subject.gender === undefined ? {} : { gender: subject.gender }
}
