export { type ConfiguredProvider, configuredProvider } from './configured-provider.ts'
export { type Integration, integrationOfKey } from './integration-of-key.ts'
export { routes } from './routes.ts'
export { endPlace, takePlace, type WorkClass } from './take-place.ts'
