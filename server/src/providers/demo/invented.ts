import { seededPick } from './seeded.ts'

// Every name here is made up: of no person, place or company that is meant.
const givenNames = ['Aldith', 'Bramwen', 'Corvo', 'Delphira', 'Eskil', 'Fennimor', 'Gisla', 'Hobart'] as const
const familyNames = ['Ashgrave', 'Bellwether', 'Quillmarsh', 'Dunnock', 'Everthorne', 'Fallowmere'] as const
const companyWords = ['Larkfen', 'Tidewell', 'Bramblegate', 'Coppervale', 'Moorhatch', 'Starling'] as const
const companyKinds = ['Holdings', 'Partners', 'Ventures', 'Industries'] as const
const streets = ['Larch Lane', 'Mill Rise', 'Harbour Walk', 'Orchard Row'] as const
const towns = ['Demoford', 'Sampleton', 'Exampleham'] as const

/** An invented person: the same texts give the same one. */
export function inventedPerson(...texts: readonly string[]): { given: string; family: string } {
  return {
    given: seededPick(givenNames, 'given', ...texts),
    family: seededPick(familyNames, 'family', ...texts),
  }
}

/** The name of an invented company: the same texts give the same one. */
export function inventedCompany(...texts: readonly string[]): string {
  return `${seededPick(companyWords, 'word', ...texts)} ${seededPick(companyKinds, 'kind', ...texts)} Demo`
}

/** An invented address in a country: the same texts give the same one. */
export function inventedAddress(country: string, ...texts: readonly string[]) {
  return {
    type: 'STRUCTURED' as const,
    country,
    street_number: seededPick(['1', '7', '12', '40', '118'], 'number', ...texts),
    route: seededPick(streets, 'street', ...texts),
    locality: seededPick(towns, 'town', ...texts),
    postal_code: seededPick(['DM1 1AA', 'DM2 7QQ', 'DM9 3ZZ'], 'code', ...texts),
  }
}
