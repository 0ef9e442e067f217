export {
  createGuardedFetch,
  type GuardedFetch,
  type GuardedFetchOptions,
  type OutboundGuard,
  type OutboundReply,
  type OutboundRequest,
} from './guarded-fetch.ts'
export { OutboundError, type OutboundKind } from './outbound-error.ts'
