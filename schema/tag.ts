import { z } from 'zod'
import { operation } from './operation.ts'
import { queryNumber } from './query.ts'
import { Uuid } from './scalars.ts'

/** The longest tag. */
export const tagMax = 64

const tagName = z.string().min(1).max(tagMax).regex(/\S/, 'must have a character that is not a space')

/** A label on profiles. `is_automatic` is deprecated by the contract and always false. */
export const TagResource = z
  .object({ id: Uuid, name: z.string(), is_automatic: z.boolean() })
  .meta({ id: 'TagResource' })
export type TagResource = z.infer<typeof TagResource>

/** A label to attach: 1 to 64 characters. */
export const NewTag = z.object({ name: tagName })
export type NewTag = z.infer<typeof NewTag>

export const AddTag = operation({
  name: 'AddTag',
  summary: 'Attaches a tag to a profile; the same tag twice is one',
  method: 'POST',
  path: '/4.0/profiles/{profile_id}/tags',
  may: 'CREATE_PROFILE_TAG',
  params: z.object({ profile_id: Uuid }),
  body: NewTag,
  output: TagResource,
})

export const RemoveTag = operation({
  name: 'RemoveTag',
  summary: 'Takes a tag off a profile',
  method: 'DELETE',
  path: '/4.0/profiles/{profile_id}/tags/{tag_id}',
  may: 'DELETE_PROFILE_TAG',
  params: z.object({ profile_id: Uuid, tag_id: Uuid }),
  output: TagResource,
})

export const SearchTags = operation({
  name: 'SearchTags',
  summary: 'Finds tags of the account by the beginning of their name',
  method: 'GET',
  path: '/4.0/tags/search/{term}',
  may: 'SEARCH',
  params: z.object({ term: z.string().min(1).max(tagMax) }),
  query: z.object({ limit: queryNumber(1, 200).default(50) }),
  output: z.array(TagResource),
})
