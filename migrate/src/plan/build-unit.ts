import type { MappedParty } from '../mapping/compile-party.ts'
import type { AssociateLink, ClientUnit, Effect, ProfileEffect, Role, SourceLine } from './client-unit.ts'
import {
  type DocumentSource,
  inside,
  type PartySource,
  type RelationSource,
  type Sources,
} from './open-sources.ts'
import type { DocumentEntry, PartyEntry, RelationEntry, RowPlace, SourceIndex } from './source-index.ts'

/**
 * Everything that must come to exist for one party: first the profiles (its own and those of its direct
 * associates), then its labels, images, documents and files, then the links. The associates of its associates
 * are in their own units, so a chain or a circle of owners of any length costs each company its own links only.
 */
export function buildUnit(
  entry: PartyEntry,
  tags: readonly string[],
  sources: Sources,
  index: SourceIndex,
): ClientUnit {
  const own = readParty(entry, sources)
  const relations = entry.entity === 'COMPANY' ? index.relationsOf(entry.ref) : []
  const effects: Effect[] = [
    profileEffect(entry, own, sources),
    ...associates(relations, sources, index),
    ...[...new Set([...tags, ...own.tags])].map(
      (tag) => ({ kind: 'tag', name: `tag:${tag}`, ref: entry.ref, tag }) as const,
    ),
    ...documentEffects(index.documentsOf(entry.ref), sources),
    ...(relations.length === 0 ? [] : [linksEffect(entry.ref, relations, sources, index)]),
  ]
  return {
    ref: entry.ref,
    entity: entry.entity,
    client: entry.client,
    position: entry.id,
    source: lineOf(entry, sources),
    effects,
  }
}

function associates(
  relations: readonly RelationEntry[],
  sources: Sources,
  index: SourceIndex,
): ProfileEffect[] {
  return [...new Set(relations.map((relation) => relation.party))].map((ref) => {
    const entry = indexed(index, ref)
    return profileEffect(entry, readParty(entry, sources), sources)
  })
}

function profileEffect(entry: PartyEntry, party: MappedParty, sources: Sources): ProfileEffect {
  const role: Role = `${entry.entity}_${entry.client ? 'CUSTOMER' : 'ASSOCIATED'}`
  const aliases = partySource(entry, sources).party.applications
  return {
    kind: 'profile',
    name: 'profile',
    ref: entry.ref,
    role,
    collected_data: party.collectedData,
    ...(aliases === undefined || !entry.client
      ? {}
      : { applications: aliases.map((alias) => ({ product: { alias } })) }),
    source: lineOf(entry, sources),
  }
}

function linksEffect(
  ref: string,
  relations: readonly RelationEntry[],
  sources: Sources,
  index: SourceIndex,
): Effect {
  const links = relations.map((relation): AssociateLink => {
    const source = sources.all[relation.source] as RelationSource
    const { list, fields, taskVariantIds } = source.reader.read(rowAt(source, relation))
    return {
      ref: relation.party,
      entity: indexed(index, relation.party).entity,
      list,
      fields,
      ...(taskVariantIds.length === 0 ? {} : { task_variant_ids: taskVariantIds }),
      source: lineOf(relation, sources),
    }
  })
  return { kind: 'links', name: 'links', ref, links }
}

/** Images come before the documents that are made of them. Sides of the same turn make one document. */
function documentEffects(documents: readonly DocumentEntry[], sources: Sources): Effect[] {
  const made = new Map<string, Extract<Effect, { kind: 'document' }>>()
  const uploads = documents.map((document): Effect => {
    const source = sources.all[document.source] as DocumentSource
    const mapped = source.reader.read(rowAt(source, document))
    const from = lineOf(document, sources)
    const path = inside(sources.directory, mapped.path) ?? ''
    const { owner: ref, sha256, bytes, slot } = document
    if (mapped.kind.as === 'file') {
      const name = `file:${sha256}:${slot.slice('file:'.length)}`
      return {
        kind: 'file',
        name,
        ref,
        path,
        source_path: mapped.path,
        title: mapped.title,
        sha256,
        bytes,
        source: from,
      }
    }
    const { category, document_type, image_type } = mapped.kind
    const name = `image:${sha256}:${slot}`
    const title = `document:${category}:${document_type}:${document.turn}`
    const document_ = made.get(title)
    if (document_ === undefined) {
      const extracted =
        Object.keys(mapped.extractedData).length === 0 ? {} : { extracted_data: mapped.extractedData }
      const fields = { category, document_type, images: [name], ...extracted, source: from }
      made.set(title, { kind: 'document', name: title, ref, ...fields })
    } else document_.images.push(name)
    return { kind: 'image', name, ref, slot, path, sha256, bytes, image_type, source: from }
  })
  return [...uploads, ...made.values()]
}

function readParty(entry: PartyEntry, sources: Sources): MappedParty {
  const source = partySource(entry, sources)
  return source.reader.read(rowAt(source, entry))
}

function partySource(entry: PartyEntry, sources: Sources): PartySource {
  return sources.all[entry.source] as PartySource
}

function rowAt(source: Sources['all'][number], place: RowPlace) {
  return source.csv.rowAt(place.offset, place.length, place.line)
}

function indexed(index: SourceIndex, ref: string): PartyEntry {
  const entry = index.party(ref)
  if (entry === null)
    throw new Error(`The index of the sources does not know ${ref}; run "drawbridge migrate check" again`)
  return entry
}

/** File and line of a place, for messages. */
export function lineOf(place: RowPlace, sources: Sources): SourceLine {
  return { file: sources.all[place.source]?.file ?? '', line: place.line }
}
