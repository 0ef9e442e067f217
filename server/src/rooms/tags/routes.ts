import { AddTag, RemoveTag, SearchTags } from '@drawbridge/schema/tag.ts'
import { bind } from '../../platform/http/index.ts'
import { addTag } from './add-tag.ts'
import { presentTag } from './present.ts'
import { removeTag } from './remove-tag.ts'
import { searchTags } from './search-tags.ts'

export const routes = [
  bind(AddTag, addTag, async (_scope, tag) => presentTag(tag)),
  bind(RemoveTag, removeTag, async (_scope, tag) => presentTag(tag)),
  bind(SearchTags, searchTags),
]
