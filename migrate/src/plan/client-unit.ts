import type { ClassicList } from '@drawbridge/schema/associate-lists.ts'

/** Where a value came from, for every message: the source file (relative to the project) and its line as an editor counts. */
export interface SourceLine {
  file: string
  line: number
}

/** What a profile is for the institution (API 4.0, `role`). */
export type Role = 'INDIVIDUAL_CUSTOMER' | 'INDIVIDUAL_ASSOCIATED' | 'COMPANY_CUSTOMER' | 'COMPANY_ASSOCIATED'

export type EntityType = 'INDIVIDUAL' | 'COMPANY'

/**
 * One party with everything that must exist for it; the unit a worker submits at a time. Every usable row of
 * individuals, companies and persons is one unit, in source order: individuals, companies, persons.
 *
 * `position` grows from unit to unit (it may skip numbers) and is what `Project.units(after)` resumes by. `client` is false for those
 * who are only associates: they never count as clients, and most of their effects are done by the time their own
 * unit comes, since a company's unit first creates the profiles its links need.
 */
export interface ClientUnit {
  ref: string
  entity: EntityType
  client: boolean
  position: number
  source: SourceLine
  effects: Effect[]
}

/**
 * Something that must come to exist in the target. `name` is stable from run to run and unique within its owner
 * `ref`: an effect that appears in two units (an associate of two companies) is the same effect.
 */
export type Effect = ProfileEffect | LinksEffect | ImageEffect | DocumentEffect | FileEffect | TagEffect

/** Creates a profile. `ref` may be an associate's: created once, whichever unit comes first. */
export interface ProfileEffect {
  kind: 'profile'
  name: 'profile'
  ref: string
  role: Role
  /** As it is sent in `POST /profiles`, `entity_type` and `customer_ref` included. */
  collected_data: Record<string, unknown>
  /** Products applied for. Absent: the target applies by itself for its automatic products. */
  applications?: { product: { alias: string } }[]
  source: SourceLine
}

/** Links associates to a company. Needs the profiles of all linked refs; they come earlier in the same unit. */
export interface LinksEffect {
  kind: 'links'
  name: 'links'
  ref: string
  links: AssociateLink[]
}

/** Uploads one side of an identity or address document. `path` is absolute. */
export interface ImageEffect {
  kind: 'image'
  /** `image:<sha256>:<slot>` */
  name: string
  ref: string
  slot: string
  path: string
  sha256: string
  bytes: number
  image_type: 'FRONT' | 'BACK' | 'FACE'
  source: SourceLine
}

/** Makes a document of images uploaded before it. */
export interface DocumentEffect {
  kind: 'document'
  /** `document:<category>:<document_type>:<n>` */
  name: string
  ref: string
  category: string
  document_type: string
  /** Names of image effects of the same owner. */
  images: string[]
  /** `extracted_data` of the document, where the source knows any (`issued` as YYYY-MM-DD). */
  extracted_data?: Record<string, unknown>
  source: SourceLine
}

/** Uploads a file (evidence, audit record; R68–R72). `path` is absolute, `source_path` as the source writes it. */
export interface FileEffect {
  kind: 'file'
  /** `file:<sha256>:<title>`; the same content under the same title is one file. */
  name: string
  ref: string
  path: string
  source_path: string
  title: string
  sha256: string
  bytes: number
  source: SourceLine
}

/** Attaches a label (R73, R74). */
export interface TagEffect {
  kind: 'tag'
  /** `tag:<tag>` */
  name: string
  ref: string
  tag: string
}

/** One entry of a list: `ref` becomes `linked_profile.id`; `fields` are the entry's other fields as sent. */
export interface AssociateLink {
  ref: string
  entity: EntityType
  list: ClassicList
  /** appointed_on, resigned_on, original_role, total_percentage, shareholdings … */
  fields: Record<string, unknown>
  task_variant_ids?: string[]
  source: SourceLine
}

/** A row that cannot be sent, for the list a person works through. */
export interface UnusableRow {
  /** Which mapping read it: `individuals`, `companies`, `persons`, `relations`, `documents`. */
  kind: string
  source: SourceLine
  /** All columns of the source row, in its order. */
  columns: Record<string, string>
  code: string
  reason: string
  suggestion: string
}

/** A usable row that is not sent: an associate whom nobody who is sent names, or what belongs to one. */
export interface LeftOutRow {
  kind: string
  ref: string
  source: SourceLine
}
