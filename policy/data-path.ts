/** One value of the collected data. */
export type DataValue = string | number | boolean

/**
 * Every value at a path in collected data, such as `personal_details.nationality`. Steps are parted by dots; a number
 * is a place in a list (-1 is the last), and a list met by another step gives the values of all its items. Values
 * that are not text, number or boolean are none.
 */
export function valuesAt(data: unknown, path: string): DataValue[] {
  let found: unknown[] = [data]
  for (const step of path.split('.')) found = found.flatMap((value) => stepInto(value, step))
  return found.flat().filter(isDataValue)
}

function stepInto(value: unknown, step: string): unknown[] {
  if (Array.isArray(value)) {
    if (/^-?\d+$/.test(step)) return [value.at(Number(step))]
    return value.flatMap((item) => stepInto(item, step))
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return []
  return [(value as Readonly<Record<string, unknown>>)[step]]
}

function isDataValue(value: unknown): value is DataValue {
  return (
    (typeof value === 'string' && value !== '') ||
    (typeof value === 'number' && !Number.isNaN(value)) ||
    typeof value === 'boolean'
  )
}
