export { type DecodedData, decodeBase64 } from './base64.ts'
export { parseJson, parseUploadBody, type Upload } from './parse.ts'
export { createJsonPool, type JsonPool, type JsonPoolOptions, LARGE_BODY_BYTES } from './worker-pool.ts'
