export {
  confirms,
  type IndexedProfile,
  type IndexTerm,
  indexTerms,
  indexTermsMax,
  type QueryWord,
  queryTerms,
  tagTerms,
} from './index-terms.ts'
export {
  appRolePassword,
  createSecretFile,
  type KeyEncryption,
  type KeySource,
  localKeyEncryption,
  ownerRolePassword,
  parseKeys,
  readKeyEncryptionKeys,
} from './key-encryption.ts'
export {
  finishRotation,
  rewrapProfileKeys,
  rotateAccountKey,
  rotateKek,
  type WrappedKeyStore,
} from './rotation.ts'
export {
  CannotOpen,
  type Cell,
  type DataKey,
  dataKey,
  keyIdOf,
  newDataKey,
  open,
  openJson,
  seal,
  sealJson,
  sealOverhead,
} from './sealing.ts'
export { type AccountVault, createVault, type Vault } from './vault.ts'
