export { countryOf, displayName, indexedProfile } from './present.ts'
export { deleteVersions, selectVersions } from './queries.ts'
export { fromStored, linkedNodes, type StoredData } from './rules.ts'
export {
  deleteTerms,
  replaceData,
  storeNext,
  type WrittenData,
  writeFirstData,
} from './write-collected-data.ts'
