import { associatesMax } from '@drawbridge/schema/associate.ts'
import { EntityData } from '@drawbridge/schema/collected-data.ts'
import { faultsOf } from '@drawbridge/schema/faults.ts'
import type { MappedParty } from '../mapping/compile-party.ts'
import { MappingFault } from '../mapping/mapping-fault.ts'
import { type Json, setAt } from '../mapping/target-path.ts'
import { sha256Of } from '../sha256.ts'
import type { Fault, Row } from '../sources/csv-source.ts'
import { inspectFile } from '../sources/inspect-file.ts'
import { type AddressRule, minimumFault } from './minimum.ts'
import { type DocumentSource, inside, type PartySource, type RelationSource } from './open-sources.ts'
import type { DocumentEntry, PartyEntry, RelationEntry, RowPlace, SourceIndex } from './source-index.ts'

type Checked<T> = { value: T; fault?: undefined } | { value?: undefined; fault: Fault }

/** Maps one party's row and holds it against the minimum (R50 to R60) and the contract's schema. */
export function checkParty(source: PartySource, row: Row, address: AddressRule): Checked<MappedParty> {
  if (row.fault !== undefined) return { fault: row.fault }
  const mapped = attempt(() => source.reader.read(row))
  if (mapped.fault !== undefined) return mapped
  const fault =
    minimumFault(mapped.value.collectedData, address, source.required) ??
    schemaFault(mapped.value.collectedData)
  return fault === null ? mapped : { fault }
}

/** Maps one row of relations and holds it against the parties of the source and the contract's schema. */
export function checkRelation(source: RelationSource, row: Row, index: SourceIndex): Checked<RelationEntry> {
  if (row.fault !== undefined) return { fault: row.fault }
  const mapped = attempt(() => source.reader.read(row))
  if (mapped.fault !== undefined) return mapped
  const { company, party, list, fields, taskVariantIds } = mapped.value
  if (company === party) {
    return {
      fault: fault(
        'RELATION_TO_ITSELF',
        `${company} is related to itself`,
        'Correct the other party, or remove the row',
      ),
    }
  }
  const owner = index.party(company)
  if (owner !== null && owner.entity !== 'COMPANY') {
    return {
      fault: fault('NOT_A_COMPANY', `${company} is not a company`, 'Correct the number of the company'),
    }
  }
  const other = index.party(party)
  const missing = partyFault(owner, company, 'company') ?? partyFault(other, party, 'party')
  if (missing !== null) return { fault: missing }
  if (index.listLength(company, list) >= associatesMax) return { fault: listTooLong(company, list) }
  const entry: Json = {
    entity_type: other?.entity,
    linked_profile: { id: '00000000-0000-4000-8000-000000000000' },
    ...fields,
    ...(taskVariantIds.length === 0 ? {} : { task_variant_ids: taskVariantIds }),
  }
  const document: Json = { entity_type: 'COMPANY' }
  setAt(document, list.split('.'), [entry])
  const refused = schemaFault(document)
  return refused === null
    ? { value: { company, party, list, ...placeOf(source.number, row) } }
    : { fault: refused }
}

/** Maps one row of documents and looks at the file that it names. */
export function checkDocument(
  source: DocumentSource,
  row: Row,
  index: SourceIndex,
  directory: string,
  piece: Buffer,
): Checked<Omit<DocumentEntry, 'turn'>> {
  if (row.fault !== undefined) return { fault: row.fault }
  const mapped = attempt(() => source.reader.read(row))
  if (mapped.fault !== undefined) return mapped
  const { owner, path, kind, title, extractedData } = mapped.value
  const missing = partyFault(index.party(owner), owner, 'owner')
  if (missing !== null) return { fault: missing }
  const absolute = path === '' ? null : inside(directory, path)
  if (absolute === null) {
    return {
      fault: fault(
        'FILE_OUTSIDE',
        `"${path}" is not a path inside the project's directory`,
        'Copy the file into the project; a link to a place outside is not followed',
      ),
    }
  }
  const found = inspectFile(absolute, kind.as, piece)
  if ('code' in found) return { fault: { ...found, reason: `${path}: ${found.reason}` } }
  if (kind.as === 'image') {
    const { category, document_type } = kind
    const entity_type = 'INDIVIDUAL'
    const refused = schemaFault({
      entity_type,
      documents: [{ category, document_type, extracted_data: extractedData }],
    })
    if (refused !== null) return { fault: refused }
  }
  const slot =
    kind.as === 'file'
      ? `file:${short(title)}`
      : imageSlot(kind.category, kind.document_type, kind.image_type)
  return { value: { owner, as: kind.as, ...found, slot, ...placeOf(source.number, row) } }
}

/** How the index names one side of one kind of document. */
export function imageSlot(category: string, documentType: string, side: string): string {
  return `${category}:${documentType}:${side}`
}

/** Where a row stands, for the index. */
export function placeOf(source: number, row: Row): RowPlace {
  return { source, offset: row.offset, length: row.length, line: row.line }
}

function short(text: string): string {
  return sha256Of(text).slice(0, 12)
}

function listTooLong(company: string, list: string): Fault {
  return fault(
    'LIST_TOO_LONG',
    `${company} has ${associatesMax} entries in ${list} already, which is the most that the API holds`,
    'Keep the entries that matter most, such as the largest holdings, and remove this one',
  )
}

function partyFault(
  entry: PartyEntry | null,
  ref: string,
  what: 'company' | 'party' | 'owner',
): Fault | null {
  if (ref === '')
    return fault(`NO_${what.toUpperCase()}`, `The row names no ${what}`, `Fill in the number of the ${what}`)
  if (entry === null) {
    return fault(
      `MISSING_${what.toUpperCase()}`,
      `The ${what} ${ref} is in none of the sources`,
      `Correct the number, or add the ${what} to the sources`,
    )
  }
  if (entry.usable) return null
  return fault(
    `UNUSABLE_${what.toUpperCase()}`,
    `The ${what} ${ref} (line ${entry.line} of its file) is unusable itself`,
    `Correct the row of ${ref}; this row needs no change`,
  )
}

function schemaFault(data: Json): Fault | null {
  const parsed = EntityData.safeParse(data)
  if (parsed.success) return null
  const faults = faultsOf(parsed.error, data).map(({ pointer, message }) => `${pointer}: ${message}`)
  return fault('NOT_ACCEPTED', faults.join('; '), 'Correct the value, or map it in another way')
}

function attempt<T>(read: () => T): Checked<T> {
  try {
    return { value: read() }
  } catch (error) {
    if (error instanceof MappingFault) return { fault: error.fault }
    throw error
  }
}

function fault(code: string, reason: string, suggestion: string): Fault {
  return { code, reason, suggestion }
}
