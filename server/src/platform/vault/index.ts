export {
  confirms,
  type IndexedProfile,
  type IndexTerm,
  indexTerms,
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
  readKeyEncryptionKeys,
  reloadingKeyEncryption,
  replaceSecretFile,
} from './key-encryption.ts'
export {
  finishRotation,
  rotateAccountKey,
  rotateKek,
  type WrappedKeyStore,
} from './rotation.ts'
export {
  type Cell,
  type DataKey,
  keyIdOf,
  open,
  openJson,
  seal,
  sealJson,
} from './sealing.ts'
export { type AccountVault, createVault, type Vault } from './vault.ts'
