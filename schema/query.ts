import { z } from 'zod'

/** True or false in a query: `true`, `1`, `false`, `0`. */
export const queryFlag = z.union([
  z.boolean(),
  z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] }),
])

/** A whole number in a query, between the two bounds. */
export function queryNumber(least: number, most: number) {
  return z.coerce.number<number | string>().int().min(least).max(most)
}

/** How many results a page holds: 1 to 200, 50 when not said. */
export const pageLimit = queryNumber(1, 200).default(50)

/** How many results to skip: 0 when not said. The time it takes grows with it; `after` does not. */
export const pageOffset = queryNumber(0, Number.MAX_SAFE_INTEGER).default(0)
