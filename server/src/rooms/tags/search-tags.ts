import type { Input } from '@drawbridge/schema/operation.ts'
import type { SearchTags, TagResource } from '@drawbridge/schema/tag.ts'
import type { Scope } from '../../platform/scope.ts'
import { presentTag } from './present.ts'
import { selectTags, type Tag } from './queries.ts'

/** The account's tags whose name, or a word of it, begins with the term; in alphabetical order. */
export async function searchTags(scope: Scope, input: Input<typeof SearchTags>): Promise<TagResource[]> {
  const term = input.term.trim().toLowerCase()
  let first: Tag[] = []
  for await (const tags of selectTags(scope))
    first = [...first, ...tags.filter((tag) => startsWith(tag.name.toLowerCase(), term))]
      .sort((left, right) => left.name.localeCompare(right.name))
      .slice(0, input.limit)
  return first.map(presentTag)
}

function startsWith(name: string, term: string): boolean {
  return name.startsWith(term) || name.split(/\s+/).some((word) => word.startsWith(term))
}
