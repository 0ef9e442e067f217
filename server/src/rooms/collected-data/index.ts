export { countryOf, displayName, indexedProfile } from './present.ts'
export { deleteVersions, type StoredData, selectVersions, selectVersionsWithin } from './queries.ts'
export { fromStored } from './rules.ts'
export { type ListedAssociate, listedAssociates, type Verified, withVerified } from './rules-associates.ts'
export { type LinkedNode, linkedNodes } from './rules-graph.ts'
export {
  deleteTerms,
  replaceData,
  storeNext,
  type WrittenData,
  writeFirstData,
} from './write-collected-data.ts'
