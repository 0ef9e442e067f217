/**
 * The catalogue of everything that can be refused. A code is born here and nowhere else; each has a page
 * `docs/errors/<reason>.md`. `code` is the number of the public API 4.0 (its groups: 1xx normal, 2xx caller,
 * 3xx transient, 4xx internal), `status` the HTTP status, `title` the words a customer reads when the
 * place that raises it has no better ones.
 */
export interface ErrorKind {
  readonly status: number
  readonly code: number
  readonly title: string
}

export const errors = {
  'request.malformed': { status: 400, code: 201, title: 'The body is not valid JSON' },
  'request.too-deep': { status: 400, code: 201, title: 'The body is nested too deeply' },
  'request.missing-field': { status: 400, code: 101, title: 'A required field is missing' },
  'request.invalid-field': { status: 400, code: 201, title: 'A field has a value that is not allowed' },
  'request.too-large': { status: 413, code: 201, title: 'The body is larger than this call accepts' },
  'request.unsupported-media-type': { status: 415, code: 201, title: 'Send the body as application/json' },
  'request.headers-too-large': { status: 431, code: 201, title: 'The headers are larger than 16 KB' },
  'request.timeout': { status: 408, code: 201, title: 'The request was not received in time' },
  'if-match.malformed': { status: 400, code: 201, title: 'The If-Match header is not a list of ETags' },
  'idempotency-key.malformed': { status: 400, code: 201, title: 'The Idempotency-Key header is not valid' },
  'idempotency-key.reused': {
    status: 422,
    code: 201,
    title: 'This Idempotency-Key was used with another request',
  },
  'idempotency-key.erased': {
    status: 409,
    code: 202,
    title: 'The reply kept for this Idempotency-Key was erased with its profile',
  },
  'idempotency-key.in-progress': {
    status: 409,
    code: 202,
    title: 'A request with this Idempotency-Key is still running',
  },
  'key.missing': { status: 401, code: 203, title: 'No API key was sent' },
  'key.unknown': { status: 401, code: 204, title: 'The API key is not valid' },
  'key.not-yet-valid': { status: 401, code: 204, title: 'The API key is not valid yet' },
  'permission.denied': { status: 403, code: 204, title: 'This API key may not do that' },
  'route.unknown': { status: 404, code: 201, title: 'There is nothing at this address' },
  'route.method-not-allowed': { status: 405, code: 201, title: 'This address does not take that method' },
  'profile.unknown': { status: 404, code: 201, title: 'There is no such profile' },
  'profile.customer-ref-taken': {
    status: 409,
    code: 202,
    title: 'Another profile has this customer reference',
  },
  'profile.confirm-id-mismatch': {
    status: 400,
    code: 201,
    title: 'confirm_id must be the id of the profile',
  },
  'profile.entity-type-mismatch': {
    status: 400,
    code: 201,
    title: 'The entity type does not fit the role of the profile',
  },
  'collected-data.stale': {
    status: 412,
    code: 202,
    title: 'The collected data has changed since it was read',
  },
  'collected-data.customer-ref-conflict': {
    status: 400,
    code: 201,
    title: 'customer_ref and customer_reference differ',
  },
  'associate.self-link': { status: 400, code: 201, title: 'A profile cannot be an associate of itself' },
  'associate.unknown-profile': { status: 400, code: 201, title: 'The linked profile does not exist' },
  'associate.unknown-task-variant': { status: 400, code: 201, title: 'There is no such task variant' },
  'associate.both-models-changed': {
    status: 400,
    code: 201,
    title: 'The classic lists and associated_entities were both changed',
  },
  'associate.too-deep': {
    status: 409,
    code: 202,
    title: 'The chain of associates is more than ten levels deep',
  },
  'product.unknown': { status: 400, code: 201, title: 'There is no such product' },
  'application.unknown': { status: 404, code: 201, title: 'There is no such application' },
  'application.transition': { status: 409, code: 402, title: 'The application cannot go to that status' },
  'application.blocked': { status: 409, code: 402, title: 'The application cannot be approved yet' },
  'application.reason-required': {
    status: 409,
    code: 402,
    title: 'The decision needs a reason of the policy',
  },
  'application.unknown-reason': { status: 400, code: 201, title: 'There is no such decision reason' },
  'product.closed': { status: 409, code: 402, title: 'The product takes no new clients' },
  'task.unknown': { status: 404, code: 201, title: 'There is no such task' },
  'task.unknown-variant': { status: 400, code: 201, title: 'There is no such task variant' },
  'task.expired': { status: 409, code: 402, title: 'The task has been replaced by a newer version' },
  'check.unknown': { status: 404, code: 201, title: 'There is no such check' },
  'check.unknown-variant': { status: 400, code: 201, title: 'There is no such check variant' },
  'check.wrong-entity-type': {
    status: 400,
    code: 201,
    title: 'The check is not one for this kind of profile',
  },
  'check.switched-off': { status: 409, code: 105, title: 'The check is switched off at the moment' },
  'check.missing-input': { status: 400, code: 101, title: 'The check needs more than was sent' },
  'check.not-complete': { status: 409, code: 402, title: 'The check has no result yet' },
  'integration.unsigned': {
    status: 401,
    code: 204,
    title: 'The request is not signed by an integration that is known here',
  },
  'event.unknown': { status: 404, code: 201, title: 'There is no such event' },
  'event.demo-only': {
    status: 403,
    code: 204,
    title: 'Events are added by hand in a demo environment only',
  },
  'note.unknown': { status: 404, code: 201, title: 'There is no such note' },
  'tag.unknown': { status: 404, code: 201, title: 'There is no such tag' },
  'file.unknown': { status: 404, code: 201, title: 'There is no such file' },
  'file.unsupported-type': { status: 415, code: 201, title: 'Only PDF, JPEG, PNG and GIF are accepted' },
  'file.not-base64': { status: 400, code: 201, title: 'The data is not Base64 or a Base64 data URI' },
  'file.damaged': { status: 400, code: 201, title: 'The file cannot be read as what it says it is' },
  'file.too-large': { status: 413, code: 201, title: 'The file is larger than this call accepts' },
  'document.unknown': { status: 404, code: 201, title: 'There is no such document' },
  'document-image.unknown': { status: 404, code: 201, title: 'There is no such document image' },
  'document-image.already-used': { status: 409, code: 202, title: 'The image already belongs to a document' },
  'provider.unknown': { status: 404, code: 201, title: 'There is no such provider' },
  'provider.alias-taken': { status: 409, code: 202, title: 'Another provider has this alias' },
  'provider.alias-reserved': { status: 409, code: 202, title: 'The alias demo is built in' },
  'provider.in-use': { status: 409, code: 402, title: 'The published policy names this provider' },
  'provider.not-validated': { status: 409, code: 402, title: 'The provider has not been validated' },
  'provider.changed-meanwhile': {
    status: 409,
    code: 202,
    title: 'The provider was changed while it was being validated',
  },
  'provider.demo-only': {
    status: 409,
    code: 402,
    title: 'The demo provider is there in the demo environment only',
  },
  'company-search.not-configured': {
    status: 409,
    code: 402,
    title: 'The published policy names no source of company search',
  },
  'address-search.not-configured': {
    status: 409,
    code: 402,
    title: 'This environment has no source of addresses',
  },
  'address.unknown': { status: 404, code: 201, title: 'There is no such address' },
  'policy.invalid': { status: 422, code: 201, title: 'The policy cannot be published as it is' },
  'policy.draft-missing': { status: 404, code: 201, title: 'There is no draft of a policy' },
  'policy.draft-changed': { status: 409, code: 202, title: 'The draft is not the one that was looked at' },
  'policy.stale': { status: 412, code: 202, title: 'The draft has changed since it was read' },
  'policy.unknown-version': { status: 404, code: 201, title: 'There is no such version of the policy' },
  'check-variant.unknown': { status: 404, code: 201, title: 'The policy has no such check variant' },
  'rate.exceeded': { status: 429, code: 201, title: 'Too many requests' },
  'rate.in-flight': { status: 429, code: 201, title: 'This key has as many requests in flight as it may' },
  'outcome.unknown': { status: 503, code: 401, title: 'It is not known whether the change was kept' },
  'service.busy': { status: 503, code: 401, title: 'The service is busy' },
  'service.unavailable': { status: 503, code: 401, title: 'The service is not available at the moment' },
  'service.fault': { status: 500, code: 401, title: 'Something failed on our side' },
} as const satisfies Record<string, ErrorKind>

/** A reason of refusal: `noun.reason`. */
export type ErrorReason = keyof typeof errors
