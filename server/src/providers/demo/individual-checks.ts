import { BankAccount, DocumentMetadata, IpLocation } from '@drawbridge/schema/individual.ts'
import { z } from 'zod'
import type { Told } from './family.ts'
import { inventedAddress } from './invented.ts'
import { seededNumber, seededUuid } from './seeded.ts'
import { part, type Subject } from './subject.ts'
import { verdictFamily } from './verdicts.ts'

/** Device data that came with the order. */
const DeviceMetadata = z.looseObject({ token: z.string().min(1) })

/** Checks of a right to work or study: `FAIL` and `NODATA` find none. */
export const visaCheck = verdictFamily(({ subject, plot }) => {
  const document = documentOf(subject)
  if (document === undefined) return missing('DOCUMENT', 'There is no document to ask about.')
  if (plot === 'fail' || plot === 'none') {
    return answered('Fail', {
      visa_check: { visas: [], failure_reason: 'The demo provider was asked to find no visa.' },
    })
  }
  const visa = {
    country_code: 'GBR',
    name: 'Demo visa',
    entitlement: plot === 'refer' ? 'STUDY' : 'WORK',
    grant_date: '2023-09-01',
    expiry_date: '2031-08-31',
    source: 'Demo provider',
    details: [{ name: 'Conditions', value: 'None: this visa is invented.' }],
    holder: {
      full_name: subject.name,
      ...(subject.dob !== undefined && { dob: subject.dob }),
      document_checked: document,
    },
    field_checks: [{ field: 'FIELD_NUMBER', result: 'CHECK_VALID' }],
  }
  return answered('Pass', { visa_check: { visas: [visa] } })
})

function documentOf(subject: Subject) {
  const { document_metadata: ordered, documents_metadata: held } = subject.input
  return part(DocumentMetadata, ordered) ?? part(z.array(DocumentMetadata), held)?.[0]
}

/** Checks that an account belongs to a person: `FAIL` does not match, `REFER` passes with a warning. */
export const bankAccountCheck = verdictFamily(({ subject, plot }) => {
  const held = part(z.looseObject({ bank_accounts: z.array(BankAccount) }), subject.input.banking_details)
  const account = held?.bank_accounts[0]
  if (account === undefined) return missing('BANK_ACCOUNT', 'There is no bank account to verify.')
  const isMatch = plot === 'pass' || plot === 'refer'
  const comment = (component: string) => ({
    type: isMatch ? (plot === 'refer' ? 'WARNING' : 'MATCH') : 'MISMATCH',
    component,
    message: `The demo provider was asked ${isMatch ? 'to find' : 'not to find'} the account.`,
  })
  const entry = {
    performed_on: '2026-01-05 09:00:00',
    match: isMatch,
    bank_account: account,
    comments: [comment('UK_SORT_CODE'), comment('UK_ACCOUNT_NUMBER')],
  }
  return answered(isMatch ? 'Pass' : 'Fail', {
    bank_account_verifications: [entry],
    bank_account_validations: [{ ...entry, match: true, comments: [] }],
    ...(subject.addresses.length > 0 && { address_history: subject.addresses }),
  })
})

/** Fraud signals of a device: `FAIL` and `REFER` match rules. */
export const deviceCheck = verdictFamily(({ subject, plot }) => {
  const device = part(DeviceMetadata, subject.input.device_metadata)
  const ip = part(IpLocation, subject.input.ip_location) ?? {
    ip_address: '192.0.2.10',
    country: subject.country,
  }
  const recommendation = plot === 'fail' ? 'REJECT' : plot === 'refer' ? 'REVIEW' : 'ALLOW'
  const score = plot === 'fail' ? -100 : plot === 'refer' ? -40 : 0
  const rule = { name: 'Demo rule', reason: 'The name asks for it.', score }
  return answered(plot === 'fail' ? 'Fail' : plot === 'refer' ? 'Refer' : 'Pass', {
    ...(device !== undefined && { device_metadata: device }),
    device_fraud_detection: {
      provider_reference: seededUuid('device', subject.name),
      recommendation,
      recommendation_reason: score < 0 ? rule.reason : 'Nothing was found.',
      total_score: score,
      matched_rules: score < 0 ? [rule] : [],
      used_test_environment: true,
    },
    ip_location: ip,
  })
})

/** The place of the current address: `FAIL` and `NODATA` do not find it, `REFER` finds the town alone. */
export const geocoding = verdictFamily(({ subject, plot }) => {
  const last = subject.addresses.at(-1)
  if (last === undefined && subject.entityType === 'INDIVIDUAL') {
    return missing('ADDRESS_HISTORY', 'There is no address to find.')
  }
  if (plot === 'fail' || plot === 'none') return answered('Fail', { address_history: subject.addresses })
  const address = last?.address ?? inventedAddress(subject.country, subject.name)
  const seed = JSON.stringify(address)
  const decimals = plot === 'refer' ? 1 : 6
  const found = {
    ...last,
    address: {
      ...address,
      latitude: Number((50 + seededNumber(8_000_000, 'latitude', seed) / 1_000_000).toFixed(decimals)),
      longitude: Number((seededNumber(7_000_000, 'longitude', seed) / 1_000_000 - 5).toFixed(decimals)),
    },
  }
  return answered('Pass', { address_history: [...subject.addresses.slice(0, -1), found] })
})

function answered(result: 'Pass' | 'Refer' | 'Fail', output: object): Told {
  return { output: { entity_type: 'INDIVIDUAL', ...output }, result }
}

function missing(field: string, message: string): Told {
  return { output: null, errors: [{ type: 'MISSING_CHECK_INPUT', message, data: { field } }] }
}
