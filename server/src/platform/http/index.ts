export { type AppSettings, createApp } from './app.ts'
export { bind, type Route, staged, Tagged } from './bind.ts'
export { ifMatchHolds, readIfMatch } from './etag.ts'
export type { Authenticate, Credentials, Principal } from './principal.ts'
