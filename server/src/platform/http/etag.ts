import { Fault } from '../fault.ts'

const entityTag = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/

/**
 * Reads an `If-Match` header (RFC 9110, 13.1.1). Returns undefined when there is none, `'*'`, or the tags as
 * opaque strings. Raises `if-match.malformed`.
 */
export function readIfMatch(header: string | undefined): '*' | readonly string[] | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (text === '*') return '*'
  const tags = text.match(/(W\/)?"[^"]*"/g) ?? []
  const rest = text.replace(/(W\/)?"[^"]*"/g, '').replace(/[\s,]/g, '')
  if (tags.length === 0 || rest !== '' || !tags.every((tag) => entityTag.test(tag)))
    throw new Fault('if-match.malformed', {
      message: `If-Match must be * or ETags such as W/"1579973191.798", not ${JSON.stringify(text.slice(0, 80))}`,
    })
  return tags
}

/** Whether the condition holds for the current tag. Tags are compared whole, as they were given out. */
export function ifMatchHolds(condition: '*' | readonly string[] | undefined, current: string): boolean {
  return condition === undefined || condition === '*' || condition.includes(current)
}
