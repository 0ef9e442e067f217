// The directions of the house (ARCHITECTURE.md, "Direction rules"). Run by `npm run check`. There are no waivers.
import { directionConfiguration } from './scripts/direction-rules.mjs'
import { house } from './server/src/house.ts'

export default directionConfiguration(house)
