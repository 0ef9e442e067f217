import type { Expected } from './expected.ts'

const dirtWords: readonly (readonly [kind: string, meaning: string])[] = [
  ['impossible_date', '`birth_date` or `incorporated_on` is 31/02/1980'],
  ['latin1_bytes', 'the row is written in Latin-1, so it is not valid UTF-8'],
  ['missing_last_name', '`last_name` is empty'],
  ['missing_country', '`country` is empty'],
  ['missing_registration_no', '`registration_no` is empty'],
  ['unknown_country', '`country` is "Yugoslawia"'],
  [
    'duplicate_reference',
    'the reference is that of the whole row before it, the other fields are those of someone else',
  ],
  ['missing_party', '`party_no` is in no file'],
  ['missing_file', '`path` is not on disk'],
]

function dirtTable(expected: Expected): string {
  return dirtWords
    .map(([kind, meaning]) => `| ${kind} | ${meaning} | ${expected.dirty.by_kind[kind] ?? 0} |`)
    .join('\n')
}

/** The README that lies beside the export: its columns, its counts, and what is broken in it on purpose. */
export function exportReadme(expected: Expected): string {
  const { options, rows, clean, dirty } = expected
  return `# Export of a legacy bank

Everybody here is invented. Made with: ${options.clients} clients, seed ${options.seed}, dirty share ${options.dirtyShare}, document share ${options.documentShare}. The same settings give the same bytes.

All files: semicolons, UTF-8, a header row, CRLF line ends, fields with a semicolon, a quote or a line break in double quotes; days are DD/MM/YYYY, countries and nationalities English names, \`|\` separates labels. An empty field means "not known".

| file | rows | whole | columns |
|---|---|---|---|
| individuals.csv | ${rows.individuals} | ${clean.individuals} | client_no (the reference); title; first_names; last_name; birth_date; sex (M, F or empty); nationality; street; house_no; town; county; postcode; country (at times all that is known of an address); email; phone; national_id; segment (may hold a line break); opened_on; active (Y/N); labels |
| companies.csv | ${rows.companies} | ${clean.client_companies + clean.owner_companies} | company_no (the reference); name; registration_no (leading zeros belong to it); country (of incorporation and of the registered address); state; legal_form; incorporated_on; street; house_no; town; county; postcode; vat_no; website; phone; email; active (Y/N); is_client (N: only an owner of others, ${clean.owner_companies} rows); labels |
| persons.csv | ${rows.persons} | ${clean.persons} | people who are only associates: person_no; title; first_names; last_name; birth_date; nationality; street; house_no; town; postcode; country; email; phone |
| relations.csv | ${rows.relations} | ${clean.relations} | company_no; party_no (person_no, client_no of an individual, or company_no); role (Director, Secretary, Shareholder, Beneficial owner, Authorised signatory); since; until; share_percent; share_class; shares |
| documents.csv | ${rows.documents} | ${clean.documents} | owner_no; path (relative to this directory); title; kind (evidence, passport_front, passport_back, proof_of_address); issued |

Companies own companies up to six levels deep, some in a circle; some people are directors of several companies, some are clients themselves. The shares of a company add up to 100 % or less.

## Broken on purpose

In individuals, client companies, relations and documents the share ${options.dirtyShare} of the rows is broken, rounded down per file, evenly spread, the kinds in turn: ${dirty.total} rows. Persons and owner companies are whole. A broken individual or company has no relations and no documents, so every row that is not counted here can be migrated completely. \`expected.json\` names each broken row with its line as an editor shows it.

| kind | what is broken | rows |
|---|---|---|
${dirtTable(expected)}
`
}
