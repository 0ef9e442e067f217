// The directions of the house (ARCHITECTURE.md, "Direction rules"). Run by `npm run check`. There are no waivers.
import { directionRules } from './scripts/direction-rules.mjs'
import { house } from './server/src/house.ts'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: directionRules(house),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    // Imports of types count: a room that needs the types of a room above it knows that room.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
}
