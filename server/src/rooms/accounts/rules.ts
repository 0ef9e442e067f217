import type { KeyClass } from '@drawbridge/schema/capability.ts'

/** Requests a new key of this class may have in flight, where nothing else is asked for (R106). */
export function placesOf(keyClass: KeyClass): number | null {
  return keyClass === 'MIGRATION' ? 5 : null
}
