export { presentTag } from './present.ts'
export { countTagged, selectTagsOf, type Tag } from './queries.ts'
export { removeAllTags } from './remove-all-tags.ts'
export { routes } from './routes.ts'
