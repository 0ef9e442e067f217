// The directions of the house (ARCHITECTURE.md, "Checked by machine"). Run by `npm run check`. There are no waivers.
import { directionConfiguration } from './scripts/direction-rules.mjs'
import { house } from './server/src/house.ts'

export default directionConfiguration(house)
