/**
 * The rooms of the server, lowest first. A room may use the rooms below it by their doors (`index.ts`) and never
 * one above; facts travel up. The direction rules are built from this list, and reactions run in its order.
 */
export const house = [
  'accounts',
  'policies',
  'profile-root',
  'audit',
  'tags',
  'files',
  'providers',
  'collected-data',
  'documents',
  'collection-steps',
  'checks',
  'dispatch',
  'events',
  'tasks',
  'applications',
  'profiles',
  'cases',
  'monitoring',
] as const

/** The name of a room. */
export type Room = (typeof house)[number]
