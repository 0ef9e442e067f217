import type { Bank } from './bank.ts'
import type { FileFormat } from './document-bytes.ts'
import { dayBetween } from './people.ts'
import type { Random } from './random.ts'
import { randomFor } from './random.ts'

/** Columns of `documents.csv`. */
export const documentColumns = ['owner_no', 'path', 'title', 'kind', 'issued']

/** What a scan shows. */
export type DocumentKind = 'evidence' | 'passport_front' | 'passport_back' | 'proof_of_address'

/** One scan of a client; `path` is relative to the export. */
export interface DocumentPlan {
  owner_no: string
  path: string
  title: string
  kind: DocumentKind
  issued: string
  format: FileFormat
}

const titles: Record<DocumentKind, string> = {
  evidence: 'Signed account agreement',
  passport_front: 'Passport, page with the photo',
  passport_back: 'Passport, last page',
  proof_of_address: 'Letter that shows the address',
}

function kindsFor(isCompany: boolean, random: Random): DocumentKind[] {
  if (isCompany) return random.chance(0.3) ? ['evidence', 'evidence'] : ['evidence']
  const passport: DocumentKind[] = random.chance(0.4)
    ? ['passport_front', 'passport_back']
    : ['passport_front']
  const chosen = random.chance(0.7) ? passport : []
  if (random.chance(0.4)) chosen.push('proof_of_address')
  if (chosen.length === 0 || (chosen.length < 3 && random.chance(0.4))) chosen.push('evidence')
  return chosen
}

/** The scans of one client whose row is whole: none, or one to three. */
export function planDocuments(bank: Bank, owner: string, index: number): DocumentPlan[] {
  const isCompany = owner.startsWith('B')
  const random = randomFor(bank.seed, isCompany ? 'company documents' : 'documents', index)
  if (!random.chance(bank.documentShare)) return []
  const passportIssued = dayBetween(random, 2015, 2024)
  return kindsFor(isCompany, random).map((kind, place) => {
    const isPassport = kind.startsWith('passport')
    const format: FileFormat = isPassport ? random.pick(['jpg', 'png']) : random.pick(['pdf', 'pdf', 'jpg'])
    return {
      owner_no: owner,
      path: `documents/${owner.slice(0, 6)}/${owner}-${place + 1}-${kind}.${format}`,
      title: titles[kind],
      kind,
      issued: isPassport ? passportIssued : dayBetween(random, 2012, 2024),
      format,
    }
  })
}
