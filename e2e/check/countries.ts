/** English names of countries as the legacy bank writes them, with their ISO 3166-1 alpha-3 code. */
const table = `
Afghanistan AFG;Algeria DZA;Argentina ARG;Australia AUS;Austria AUT;Azerbaijan AZE;
Bangladesh BGD;Belarus BLR;Belgium BEL;Bhutan BTN;Bolivia BOL;Bosnia and Herzegovina BIH;
Botswana BWA;Brazil BRA;Brunei BRN;Bulgaria BGR;Burkina Faso BFA;Cambodia KHM;Cameroon CMR;
Canada CAN;Chile CHL;China CHN;Colombia COL;Costa Rica CRI;Croatia HRV;Cuba CUB;
Czech Republic CZE;Democratic Republic of the Congo COD;Denmark DNK;Dominican Republic DOM;
East Timor TLS;Ecuador ECU;Egypt EGY;El Salvador SLV;Ethiopia ETH;Finland FIN;France FRA;
Germany DEU;Ghana GHA;Guatemala GTM;Honduras HND;Hong Kong HKG;India IND;Indonesia IDN;Iran IRN;
Iraq IRQ;Ireland IRL;Israel ISR;Italy ITA;Ivory Coast CIV;Japan JPN;Jordan JOR;Kazakhstan KAZ;
Kenya KEN;Kuwait KWT;Kyrgyzstan KGZ;Laos LAO;Lebanon LBN;Malaysia MYS;Mali MLI;Mexico MEX;
Mongolia MNG;Montenegro MNE;Morocco MAR;Myanmar MMR;Nepal NPL;Netherlands NLD;New Zealand NZL;
Nicaragua NIC;Nigeria NGA;North Macedonia MKD;Norway NOR;Pakistan PAK;Panama PAN;Paraguay PRY;
Peru PER;Philippines PHL;Poland POL;Portugal PRT;Qatar QAT;Russia RUS;Rwanda RWA;
Saudi Arabia SAU;Senegal SEN;Serbia SRB;Singapore SGP;Slovakia SVK;Slovenia SVN;South Africa ZAF;
South Korea KOR;Spain ESP;Sri Lanka LKA;Sweden SWE;Switzerland CHE;Syria SYR;Taiwan TWN;
Tajikistan TJK;Tanzania TZA;Thailand THA;Tunisia TUN;Turkey TUR;Turkmenistan TKM;Uganda UGA;
Ukraine UKR;United Arab Emirates ARE;United Kingdom GBR;United States USA;Uruguay URY;
Uzbekistan UZB;Venezuela VEN;Vietnam VNM;Zimbabwe ZWE
`

const codes = new Map(
  table
    .split(/[;\n]/)
    .filter(Boolean)
    .map((entry) => [entry.slice(0, -4), entry.slice(-3)] as const),
)

/** The alpha-3 code of a country, or null when the name is not known. */
export function alpha3(name: string): string | null {
  return codes.get(name) ?? null
}
