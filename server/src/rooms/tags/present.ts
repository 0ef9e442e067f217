import type { TagResource } from '@drawbridge/schema/tag.ts'
import type { Tag } from './queries.ts'

/** A tag as the contract shows it. */
export function presentTag(tag: Tag): TagResource {
  return { id: tag.id, name: tag.name, is_automatic: false }
}
