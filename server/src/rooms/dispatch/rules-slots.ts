/** How many more profiles of each class may be begun: interactive first, migrations within their share. */
export function freeSlots(
  slots: number,
  migrationShare: number,
  taken: { readonly interactive: number; readonly migration: number },
): readonly [number, number] {
  const free = Math.max(0, slots - taken.interactive - taken.migration)
  const share = Math.max(1, Math.floor(slots * migrationShare))
  return [free, Math.min(free, Math.max(0, share - taken.migration))]
}
