import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Rows of the five sources, without their headers; a source that is left out is empty. */
export interface SmallBank {
  individuals?: string[]
  companies?: string[]
  persons?: string[]
  relations?: string[]
  documents?: string[]
  /** Path to content. */
  files?: Record<string, Buffer>
  /** More lines of the project file. */
  settings?: string
}

const headers = {
  individuals: 'no;first;last;born;country;street;town;labels',
  companies: 'no;name;number;country;client',
  persons: 'no;first;last;born;country',
  relations: 'company;party;role;since;until;percent',
  documents: 'owner;path;title;kind;issued',
}

const person = `
    personal_details.name.given_names: { column: first, transform: [{ split: " " }] }
    personal_details.name.family_name: last
    personal_details.dob: { column: born, transform: [{ date: DD/MM/YYYY }] }
    address_history[0].address.type: { constant: STRUCTURED }
    address_history[0].address.country: { column: country, transform: [country] }`

const projectFile = `version: 1
target: { url: "http://127.0.0.1:4000", apikey_file: key }
individuals:
  file: individuals.csv
  ref: no
  applications: [current_account]
  tags: { column: labels, transform: [{ split: "|" }] }
  fields:${person}
    address_history[0].address.route: street
    address_history[0].address.locality: town
companies:
  file: companies.csv
  ref: no
  client: { column: client, values: { Y: true, N: false } }
  applications: [business_account]
  fields:
    metadata.name: name
    metadata.number: number
    metadata.country_of_incorporation: { column: country, transform: [country] }
persons:
  file: persons.csv
  ref: no
  fields:${person}
relations:
  file: relations.csv
  company: company
  party: party
  role: role
  roles:
    Director:
      list: officers.directors
      ended: { when: until, list: officers.resigned }
      fields:
        appointed_on: { column: since, transform: [{ date: DD/MM/YYYY }] }
        resigned_on: { column: until, transform: [{ date: DD/MM/YYYY }] }
      task_variant_ids: [3a4b5c6d-1e2f-4a3b-9c8d-7e6f5a4b5002]
    Shareholder:
      list: ownership_structure.shareholders
      fields:
        total_percentage: { column: percent, transform: [number] }
documents:
  file: documents.csv
  owner: owner
  path: path
  title: title
  kind: kind
  kinds:
    evidence: { as: file }
    front: { as: image, image_type: FRONT, category: PROOF_OF_IDENTITY, document_type: PASSPORT }
    back: { as: image, image_type: BACK, category: PROOF_OF_IDENTITY, document_type: PASSPORT }
  extracted_data:
    issued: { column: issued, transform: [{ date: DD/MM/YYYY }] }
`

/** Writes a project of a few rows into a new directory; `remove` deletes it. */
export function writeSmallBank(bank: SmallBank): { directory: string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'small-bank-'))
  const settings = bank.settings ?? 'minimum: { address: country }\n'
  writeFileSync(join(directory, 'migration.yaml'), projectFile + settings)
  for (const kind of ['individuals', 'companies', 'persons', 'relations', 'documents'] as const) {
    writeFileSync(join(directory, `${kind}.csv`), [headers[kind], ...(bank[kind] ?? [])].join('\r\n'))
  }
  for (const [path, content] of Object.entries(bank.files ?? {})) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

/** The smallest content that counts as a PDF here, different for each text. */
export function pdfOf(text: string): Buffer {
  return Buffer.from(`%PDF-1.4\n${text}\n%%EOF\n`)
}
