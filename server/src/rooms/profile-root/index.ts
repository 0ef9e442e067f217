export { addProfile } from './add-profile.ts'
export { type FoundProfiles, findProfiles, type ProfileSearch } from './find-profiles.ts'
export { getRoot, lockProfile, lockProfiles } from './lock-profile.ts'
export {
  changeTerms,
  deleteReferences,
  deleteRoot,
  insertReference,
  selectReferenceHolder,
  selectRoots,
  updateCategory,
  updateStatus,
  updateVersion,
  wrappedKeys,
} from './queries.ts'
export type { ProfileRoot } from './queries-held.ts'
export { etagOf, versionAfter } from './rules.ts'
