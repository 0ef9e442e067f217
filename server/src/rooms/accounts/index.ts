export { actorNames } from './actor-names.ts'
export { authenticator } from './authenticate.ts'
export { changeSettings } from './change-settings.ts'
export { createInstitution } from './create-institution.ts'
export { environmentOf } from './environment-of.ts'
export { issueKey, type KeyRequest } from './issue-key.ts'
export {
  type AccountRow,
  type EnvironmentSettings,
  type KeyRow,
  selectAccounts,
  selectKeys,
  selectSettings,
} from './queries.ts'
export { revokeKey } from './revoke-key.ts'
export { routes } from './routes.ts'
