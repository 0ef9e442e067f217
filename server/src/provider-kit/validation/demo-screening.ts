import type { PeerObject } from '../lenient.ts'
import { type DemoExpectation, fine, objects } from './demo-expectation.ts'

function flagsOf(output: PeerObject): string[][] {
  return objects(output.screening_hits).map((hit) => objects(hit.flags).map((flag) => String(flag.type)))
}

/** The flags that an integration with these features must be able to raise (provider protocol 1.6). */
function declaredFlags(features: readonly string[]): string[] {
  const byFeature = { PEPS: 'PEP', SANCTIONS: 'SANCTION', ADVERSE_MEDIA: 'ADVERSE_MEDIA' }
  return Object.entries(byFeature).flatMap(([feature, flag]) => (features.includes(feature) ? [flag] : []))
}

function singleFlag(flag: string, isRequired: boolean): DemoExpectation {
  return {
    demoResult: `SCREEN_SINGLE_${flag}`,
    isRequired,
    wanted: `finds one hit with the flag ${flag}`,
    judge: fine((output) => {
      const hits = flagsOf(output)
      return hits.length === 1 && hits[0]?.includes(flag)
        ? null
        : `${hits.length} hits: ${hits.flat().join(', ')}`
    }),
  }
}

/** What an integration that looks for persons and companies in lists is asked for (provider protocol 1.6). */
export function screening(features: readonly string[]): DemoExpectation[] {
  const flags = declaredFlags(features)
  const lacking = (found: readonly string[]) => flags.filter((flag) => !found.includes(flag))
  return [
    {
      demoResult: 'SCREEN_NO_HITS',
      isRequired: true,
      wanted: 'finds nobody',
      judge: fine((output) => (flagsOf(output).length === 0 ? null : `${flagsOf(output).length} hits`)),
    },
    {
      demoResult: 'SCREEN_ALL_FLAGS_SAME_HIT',
      isRequired: true,
      wanted: `finds one hit with the flags ${flags.join(', ')}`,
      judge: fine((output) =>
        flagsOf(output).some((found) => lacking(found).length === 0)
          ? null
          : `no hit with all: ${flagsOf(output).join('; ')}`,
      ),
    },
    {
      demoResult: 'SCREEN_ALL_FLAGS_SEPARATE_HITS',
      isRequired: true,
      wanted: `finds hits that each have one of the flags ${flags.join(', ')}`,
      judge: fine((output) => {
        const single = flagsOf(output).filter((found) => found.length === 1)
        const missing = lacking(single.flat())
        return missing.length === 0 ? null : `no hit with ${missing.join(', ')} alone`
      }),
    },
    singleFlag('REFER', true),
    ...['PEP', 'SANCTION', 'ADVERSE_MEDIA'].map((flag) => singleFlag(flag, flags.includes(flag))),
  ]
}
