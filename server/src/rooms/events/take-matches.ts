import type { EventType } from '@drawbridge/schema/event.ts'
import type { Scope } from '../../platform/scope.ts'
import type { ProfileRoot } from '../profile-root/index.ts'
import { addEventRows, changeEventRow, type EventData, type EventRow, selectEvents } from './queries.ts'
import { contentText, verdictOn } from './rules.ts'
import { hitsMax, type Match, matchesIn } from './rules-hits.ts'

/** Where matches come from. */
export interface MatchSource {
  /** The provider by its alias: matches of two providers are never one, whatever they are called. */
  readonly provider: string
  readonly providerName: string
  readonly checkId: string | null
}

/**
 * Makes events of the matches in what a provider answered about a locked profile: new ones are added, those with other
 * content changed and, where they had been set aside, open again; the same again leaves no trace. Returns how many
 * were added or changed.
 */
export async function takeMatches(
  scope: Scope,
  profile: ProfileRoot,
  source: MatchSource,
  output: unknown,
): Promise<number> {
  const { matches, hitCount } = matchesIn(output, source.providerName)
  const all = hitCount > hitsMax ? [...matches, tooMany(source)] : matches
  let news = 0
  for (const match of all) if ((await takeMatch(scope, profile, source, match)).isNews) news += 1
  return news
}

/** What says that hits were left out, so that nobody takes the list for whole. */
const tooMany = ({ provider, providerName }: MatchSource): Match => ({
  matchId: `more-than-${hitsMax}-of-${provider}`,
  status: 'UNRESOLVED',
  data: {
    event_type: 'REVIEW_NEEDED',
    provider_name: providerName,
    details: [
      {
        title: 'Too many potential matches',
        text: `The provider found more than ${hitsMax}; the first ${hitsMax} are listed.`,
      },
    ],
  },
})

/** Makes an event of one match, or finds the one that exists of it. */
export async function takeMatch(
  scope: Scope,
  profile: ProfileRoot,
  source: MatchSource,
  match: Match,
): Promise<{ readonly id: string; readonly isNews: boolean }> {
  const { data } = match
  const type = data.event_type
  const matchToken = scope.vault.token(
    'event-match',
    [profile.id, source.provider, type, match.matchId].join('\n'),
  )
  const contentToken = scope.vault.token('event-content', `${profile.id}\n${contentText(data)}`)
  const events = (await selectEvents(scope, [profile])).get(profile.id) ?? []
  const known = events.find((event) => event.matchToken === matchToken)
  const verdict = verdictOn({ status: match.status, contentToken }, known)
  if (verdict.kind === 'keep' && known) return { id: known.id, isNews: false }
  if (verdict.kind === 'keep') throw new Error('A match that is not known cannot be the same as before')
  const { resolution } = verdict
  const resolvedAt = resolution === 'UNRESOLVED' ? null : (known?.resolvedAt ?? scope.now)
  const content = { matchToken, contentToken, resolution, resolvedAt, changedAt: scope.now, written: data }
  if (known) {
    const reason = resolution === known.resolution ? known.reason : null
    await changeEventRow(scope, profile, { ...known, ...content, reason })
    record(scope, profile, 'event.changed', { id: known.id, type, checkId: source.checkId })
    return { id: known.id, isNews: true }
  }
  const added = newEvent(scope, profile, type, source.checkId)
  await addEventRows(scope, profile, [{ ...added, ...content }])
  record(scope, profile, 'event.added', added)
  return { id: added.id, isNews: true }
}

function newEvent(scope: Scope, profile: ProfileRoot, type: EventType, checkId: string | null) {
  return {
    profileId: profile.id,
    id: scope.newId(),
    type,
    checkId,
    createdAt: scope.now,
    changedAt: scope.now,
    taskIds: [],
    reason: null,
  } satisfies Partial<EventRow>
}

function record(
  scope: Scope,
  profile: ProfileRoot,
  kind: 'event.added' | 'event.changed',
  event: Pick<EventRow, 'id' | 'type' | 'checkId'>,
): void {
  const check = event.checkId === null ? {} : { check_id: event.checkId }
  scope.record({ kind, payload: { event_id: event.id, event_type: event.type, ...check } }, profile)
}

/** What a person told a demo environment, as a match. */
export function matchOf(data: EventData, newMatchId: string): Match {
  const said = data.match_id
  const matchId = typeof said === 'string' && said !== '' ? said : newMatchId
  return { matchId, status: 'UNRESOLVED', data: { ...data, match_id: matchId } }
}
