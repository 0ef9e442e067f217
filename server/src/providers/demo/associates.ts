import type { AssociatedRole } from '@drawbridge/schema/associate.ts'
import { inventedCompany, inventedPerson } from './invented.ts'
import { seededNumber, seededUuid } from './seeded.ts'
import type { Subject } from './subject.ts'

/** One role of an invented associate. A share that is absent is not known. */
interface RoleSketch {
  readonly role: AssociatedRole
  readonly isFormer?: boolean
  readonly share?: number
}

/** An invented associate: the number tells those of one company apart. */
export interface AssociateSketch {
  readonly entityType: 'INDIVIDUAL' | 'COMPANY'
  readonly number: number
  readonly roles: readonly RoleSketch[]
}

/** An invented person with these roles. */
export function person(number: number, ...roles: readonly RoleSketch[]): AssociateSketch {
  return { entityType: 'INDIVIDUAL', number, roles }
}

/** An invented company with these roles. */
export function corporate(number: number, ...roles: readonly RoleSketch[]): AssociateSketch {
  return { entityType: 'COMPANY', number, roles }
}

const appointedOn = '2017-04-03'
const leftOn = '2022-09-30'

/** The associates in the newer model (one entry with all roles) and in the classic lists (one for each role). */
export function associatesOf(subject: Subject, sketches: readonly AssociateSketch[]) {
  const known = sketches.map((sketch) => ({ sketch, ...whoIs(subject, sketch) }))
  const listed = (has: (role: RoleSketch) => boolean) =>
    known.flatMap(({ sketch, id, data }) =>
      sketch.roles.filter(has).map((role) => classicEntry(sketch, id, data, role)),
    )
  const current = (name: AssociatedRole) => (role: RoleSketch) => role.role === name && role.isFormer !== true
  const isOfficer = ({ role }: RoleSketch) => role === 'DIRECTOR' || role === 'COMPANY_SECRETARY'
  return {
    associated_entities: known.map(({ sketch, id, data }) => ({
      associate_id: id,
      entity_type: sketch.entityType,
      immediate_data: data,
      relationships: sketch.roles.map(relationship),
    })),
    officers: {
      directors: listed(current('DIRECTOR')),
      secretaries: listed(current('COMPANY_SECRETARY')),
      resigned: listed((role) => isOfficer(role) && role.isFormer === true),
    },
    ownership_structure: {
      shareholders: listed(current('SHAREHOLDER')),
      beneficial_owners: listed(
        (role) => current('BENEFICIAL_OWNER')(role) || current('PERSON_OF_SIGNIFICANT_CONTROL')(role),
      ),
    },
  }
}

function whoIs(subject: Subject, { entityType, number }: AssociateSketch) {
  const seed = [subject.name, subject.company.number ?? '', entityType, String(number)]
  const id = seededUuid('associate', ...seed)
  if (entityType === 'COMPANY') {
    const metadata = {
      name: `${inventedCompany(...seed)} ${number}`,
      number: `DEMO${seededNumber(100_000, ...seed)}`,
      country_of_incorporation: subject.company.country_of_incorporation ?? 'GBR',
    }
    return { id, data: { entity_type: entityType, metadata } }
  }
  const { given, family } = inventedPerson(...seed)
  const personal_details = {
    name: { given_names: [given], family_name: family },
    dob: `${1955 + seededNumber(40, ...seed)}-0${1 + seededNumber(9, 'month', ...seed)}-11`,
    nationality: 'GBR',
  }
  return { id, data: { entity_type: entityType, personal_details } }
}

function relationship(sketch: RoleSketch) {
  return {
    associated_role: sketch.role,
    tenure: {
      tenure_type: sketch.isFormer === true ? 'FORMER' : 'CURRENT',
      start: appointedOn,
      ...(sketch.isFormer === true && { end: leftOn }),
    },
    ...(isOffice(sketch) && { original_role: originalRoleOf(sketch) }),
    ...sharesOf(sketch),
    ...controlOf(sketch),
  }
}

function classicEntry(sketch: AssociateSketch, id: string, data: object, role: RoleSketch) {
  return {
    resolver_id: id,
    entity_type: sketch.entityType,
    immediate_data: data,
    provider_name: 'Demo provider',
    ...(isOffice(role) && { original_role: originalRoleOf(role), appointed_on: appointedOn }),
    ...(isOffice(role) && role.isFormer === true && { resigned_on: leftOn }),
    ...sharesOf(role),
    ...controlOf(role),
  }
}

const isOffice = ({ role }: RoleSketch) => role === 'DIRECTOR' || role === 'COMPANY_SECRETARY'

const originalRoleOf = ({ role }: RoleSketch) => (role === 'DIRECTOR' ? 'Director' : 'Secretary')

function sharesOf({ role, share }: RoleSketch) {
  if (share === undefined) return {}
  if (role !== 'SHAREHOLDER') return { total_percentage: share }
  return {
    total_percentage: share,
    shareholdings: [{ share_class: 'Ordinary', amount: share * 10, percentage: share }],
  }
}

function controlOf({ role, share }: RoleSketch) {
  if (role !== 'PERSON_OF_SIGNIFICANT_CONTROL') return {}
  const band = (share ?? 30) > 75 ? '75-to-100' : (share ?? 30) > 50 ? '50-to-75' : '25-to-50'
  return {
    kind: 'person-with-significant-control',
    natures_of_control: [`ownership-of-shares-${band}-percent`],
  }
}
