/** Where a client can live or a company can be registered: enough of each country to write a plausible address. */
export interface Place {
  /** English name, as the export writes it. */
  country: string
  /** ISO 3166-1 alpha-2, for VAT numbers and web addresses. */
  code: string
  towns: readonly (readonly [town: string, county: string])[]
  streets: readonly string[]
  /** `#` stands for a digit, `A` for a letter. */
  postcode: string
  /** E.164 with `#` for digits that vary. */
  phone: string
  legalForms: readonly (readonly [form: string, suffix: string])[]
  /** State part of ISO 3166-2, where companies are registered by state. */
  states: readonly string[]
}

type Row = [
  country: string,
  code: string,
  towns: string,
  streets: string,
  postcode: string,
  phone: string,
  legalForms: string,
  states?: string,
]

const rows: Row[] = [
  [
    'United Kingdom',
    'GB',
    'London/Greater London,Leeds/West Yorkshire,Truro/Cornwall,Maidstone/Kent,Preston/Lancashire,Norwich/Norfolk',
    'High Street,Station Road,Church Lane,Victoria Road,Mill Lane,Queen’s Terrace,Park Avenue,St Mary’s Close',
    'AA# #AA',
    '+4477009#####',
    'Private limited company/Ltd,Public limited company/plc,Limited liability partnership/LLP',
  ],
  [
    'Ireland',
    'IE',
    'Dublin/Dublin,Cork/Cork,Galway/Galway,Sligo/Sligo',
    'Main Street,O’Connell Street,Bridge Street,Strand Road',
    'A## A#A#',
    '+35385#######',
    'Private company limited by shares/Limited,Designated activity company/DAC',
  ],
  [
    'Germany',
    'DE',
    'Köln/,Hamburg/,München/,Görlitz/,Weißenfels/',
    'Hauptstraße,Bahnhofstraße,Lindenweg,Goethestraße,Am Mühlenbach',
    '1####',
    '+4915123######',
    'Gesellschaft mit beschränkter Haftung/GmbH,Aktiengesellschaft/AG',
  ],
  [
    'France',
    'FR',
    'Lyon/,Nîmes/,Besançon/,Orléans/,Saint-Étienne/',
    'rue de la République,avenue Victor-Hugo,rue de l’Église,boulevard Pasteur',
    '3####',
    '+3361#######',
    'Société par actions simplifiée/SAS,Société à responsabilité limitée/SARL',
  ],
  [
    'Spain',
    'ES',
    'Valencia/,Málaga/,A Coruña/,León/',
    'Calle Mayor,Avenida de la Constitución,Calle del Niño Perdido,Plaza España',
    '2####',
    '+3461#######',
    'Sociedad limitada/SL,Sociedad anónima/SA',
  ],
  [
    'Italy',
    'IT',
    'Milano/,Forlì/,Bari/,Cefalù/',
    'Via Roma,Corso Italia,Via Garibaldi,Piazza della Libertà',
    '4####',
    '+393401######',
    'Società a responsabilità limitata/Srl,Società per azioni/SpA',
  ],
  [
    'Netherlands',
    'NL',
    'Utrecht/,Groningen/,Den Haag/,Breda/',
    'Dorpsstraat,Kerkstraat,Molenweg,Prinsengracht',
    '1### AA',
    '+3161#######',
    'Besloten vennootschap/BV,Naamloze vennootschap/NV',
  ],
  [
    'Austria',
    'AT',
    'Wien/,Graz/,St. Pölten/',
    'Ringstraße,Mozartgasse,Kärntner Straße',
    '1###',
    '+4366412#####',
    'Gesellschaft mit beschränkter Haftung/GmbH',
  ],
  [
    'Sweden',
    'SE',
    'Malmö/,Göteborg/,Umeå/',
    'Storgatan,Kungsgatan,Björkvägen',
    '1## ##',
    '+467012#####',
    'Aktiebolag/AB',
  ],
  [
    'Denmark',
    'DK',
    'København/,Aarhus/,Rønne/',
    'Vestergade,Skolevej,Østergade',
    '2###',
    '+4520######',
    'Anpartsselskab/ApS,Aktieselskab/A/S',
  ],
  [
    'Poland',
    'PL',
    'Łódź/,Kraków/,Gdańsk/',
    'ulica Długa,ulica Kościuszki,aleja Solidarności',
    '1#-###',
    '+48512######',
    'Spółka z ograniczoną odpowiedzialnością/Sp. z o.o.',
  ],
  [
    'Portugal',
    'PT',
    'Porto/,Évora/,Setúbal/',
    'Rua Direita,Avenida da Liberdade,Rua de São João',
    '4###-###',
    '+35191#######',
    'Sociedade por quotas/Lda',
  ],
  [
    'Switzerland',
    'CH',
    'Zürich/,Genève/,Bellinzona/',
    'Bahnhofstrasse,rue du Rhône,via Stazione',
    '1###',
    '+4179#######',
    'Aktiengesellschaft/AG,Gesellschaft mit beschränkter Haftung/GmbH',
  ],
  [
    'Australia',
    'AU',
    'Sydney/,Geelong/,Hobart/',
    'George Street,Collins Street,Wattle Grove',
    '2###',
    '+614########',
    'Proprietary company/Pty Ltd',
    'NSW,VIC,TAS,QLD',
  ],
]

function split(text: string | undefined): string[] {
  return (text ?? '').split(',').filter((part) => part !== '')
}

/** Splits at the first slash only: the Danish suffix `A/S` holds another one. */
function pairs(text: string): (readonly [string, string])[] {
  return split(text).map((part) => {
    const slash = part.indexOf('/')
    return [part.slice(0, slash), part.slice(slash + 1)] as const
  })
}

/** All places. The first is where half of the clients live. Countries whose addresses need a state are left out. */
export const places: readonly Place[] = rows.map(
  ([country, code, towns, streets, postcode, phone, legalForms, states]) => ({
    country,
    code,
    towns: pairs(towns),
    streets: split(streets),
    postcode,
    phone,
    legalForms: pairs(legalForms),
    states: split(states),
  }),
)
