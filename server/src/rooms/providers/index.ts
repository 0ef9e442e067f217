export { type ConfiguredProvider, configuredProvider } from './configured-provider.ts'
export { type Integration, integrationOfKey } from './integration-of-key.ts'
export { endPlace, takePlace, type WorkClass } from './take-place.ts'
