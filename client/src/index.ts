export { ApiError, type Current, type Outcome } from './api-error.ts'
export {
  type Answer,
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
} from './create-client.ts'
export type { Faults } from './faults.ts'
export { UnsendableError } from './request.ts'
export type { Fetch, FetchInit, FetchReply, ReplyHeaders } from './transport.ts'
