import { types } from 'pg'

/** Reads 64-bit integers as bigint: sequence numbers and blind-index tokens do not fit a double. */
const readBigint = (text: string) => BigInt(text)

/** How a value of a type is read from the text that the server sends. */
export function parserOf(oid: number): (text: string) => unknown {
  return oid === types.builtins.INT8 ? readBigint : types.getTypeParser(oid, 'text')
}

/**
 * A value as the server takes it: text, bytes or nothing. Instants are given in UTC, lists as PostgreSQL's array
 * literals, other objects as JSON.
 */
export function parameterOf(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (Buffer.isBuffer(value)) return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return arrayLiteral(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map(elementOf).join(',')}}`
}

function elementOf(value: unknown): string {
  if (Array.isArray(value)) return arrayLiteral(value)
  const parameter = parameterOf(value)
  if (parameter === null) return 'NULL'
  if (Buffer.isBuffer(parameter)) return `"\\\\x${parameter.toString('hex')}"`
  return /^[\w.:+-]+$/.test(parameter) && !/^null$/i.test(parameter)
    ? parameter
    : `"${parameter.replace(/["\\]/g, '\\$&')}"`
}
