/** An invented street. */
export interface Place {
  readonly route: string
  readonly locality: string
  readonly postalCode: string
  readonly state: string | null
  /** Whether the house number stands before the street. */
  readonly isNumberFirst: boolean
}

type Line = readonly [route: string, locality: string, postalCode: string, state?: string]

const numberFirst: Readonly<Record<string, readonly Line[]>> = {
  GBR: [
    ['Harbour Lane', 'Northwick', 'NW9 0AA'],
    ['Mill Street', 'Alderhaven', 'AH1 2BB'],
    ['Quay Road', 'Alderhaven', 'AH2 4CC'],
    ['Station Approach', 'Wexcombe', 'WX5 6DD'],
    ['Orchard Close', 'Little Tarn', 'LT7 8EE'],
  ],
  USA: [
    ['Cedar Avenue', 'Larkspur Falls', '00501', 'NY'],
    ['Mill Street', 'Port Ansel', '00602', 'CA'],
    ['Harbor Drive', 'Port Ansel', '00603', 'CA'],
    ['Prairie Road', 'Dunmore Flats', '00704', 'TX'],
  ],
  CAN: [
    ['Maple Crescent', 'Saint-Orval', 'H0A 0A1', 'QC'],
    ['Lakeshore Road', 'Kestrel Bay', 'M0B 0B2', 'ON'],
  ],
  FRA: [
    ['Rue des Tilleuls', 'Valmontel', '00110'],
    ['Quai du Moulin', 'Saint-Orval', '00220'],
  ],
}

const numberLast: Readonly<Record<string, readonly Line[]>> = {
  DEU: [
    ['Lindenstraße', 'Neuwerder', '00123'],
    ['Hafenweg', 'Altenbrück', '00456'],
    ['Mühlgasse', 'Altenbrück', '00457'],
  ],
  NLD: [
    ['Molenkade', 'Westerveen', '0012 AB'],
    ['Havenstraat', 'Westerveen', '0013 CD'],
  ],
  ESP: [['Calle del Molino', 'Villanorte', '00345']],
  ITA: [['Via del Porto', 'Castelvento', '00789']],
}

/** For every country without streets of its own. */
const elsewhere: readonly Line[] = [
  ['Mill Street', 'Exampleton', '10000'],
  ['Harbour Road', 'Exampleton', '10001'],
]

/** The invented streets of a country (ISO 3166-1 alpha-3), always the same in the same order. */
export function placesOf(country: string): readonly Place[] {
  const last = numberLast[country]
  const lines = last ?? numberFirst[country] ?? elsewhere
  return lines.map(([route, locality, postalCode, state]) => ({
    route,
    locality,
    postalCode,
    state: state ?? null,
    isNumberFirst: last === undefined,
  }))
}
