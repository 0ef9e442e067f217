import { randomUUID } from 'node:crypto'
import { textAt } from '../check/values.ts'
import { type Call, demand, freshKey } from './caller.ts'
import { markedCompany, markedPerson, number, word } from './marked-people.ts'

/** Words by which the demo provider finds matches of every kind, and says them with the name that was asked for. */
const steering = 'PEP SANCTION MEDIA'

/** Sends marked data through checks of the demo provider, matches, monitoring, steps, searches and integrations.
 * Returns the secrets of the integration, which must be nowhere either. */
export async function seedChecks(call: Call): Promise<readonly string[]> {
  const person = await seedSubject(call, 'INDIVIDUAL', steered(markedPerson()))
  await seedChecksOf(call, person, [
    { check_type: 'PEPS_AND_SANCTIONS_SCREEN' },
    { check_type: 'IDENTITY_CHECK', demo_result: word() },
    { check_type: 'DOCUMENT_FETCH', source: 'GENERIC', reference: word(), category: 'PROOF_OF_IDENTITY' },
    { check_type: 'DEVICE_FRAUD_DETECTION', device_metadata: { token: word() } },
    { check_type: 'VISA_CHECK', document_metadata: { number: number(), [word()]: word() } },
  ])
  const broken = await seedSubject(call, 'INDIVIDUAL', steered(markedPerson(), 'ERROR'))
  await seedChecksOf(call, broken, [{ check_type: 'PEPS_AND_SANCTIONS_SCREEN' }])
  const company = await seedSubject(call, 'COMPANY', markedCompany([person]))
  await seedChecksOf(call, company, [
    { check_type: 'COMPANY_PEPS_AND_SANCTIONS_SCREEN' },
    { check_type: 'COMPANY_REGISTRY' },
    { check_type: 'COMPANY_OWNERSHIP' },
  ])
  await seedExternal(call, person)
  await seedEvents(call, person)
  await seedWatching(call, person)
  await seedSearches(call)
  await seedSignatures(call)
  return seedIntegration(call)
}

function steered(person: Record<string, unknown>, words = steering): Record<string, unknown> {
  return {
    ...person,
    personal_details: { name: { given_names: [word()], family_name: `${word()} ${words}` } },
  }
}

async function seedSubject(
  call: Call,
  type: 'INDIVIDUAL' | 'COMPANY',
  data: Record<string, unknown>,
  kind: 'CUSTOMER' | 'ASSOCIATED' = 'CUSTOMER',
): Promise<string> {
  const body = { role: `${type}_${kind}`, collected_data: data }
  const made = await demand(call, 200, 'POST', '/4.0/profiles', { body, headers: freshKey() })
  return textAt(made.body, 'id')
}

/** Runs each check to its end, reads it, and judges it by hand. */
async function seedChecksOf(call: Call, id: string, orders: readonly object[]): Promise<void> {
  const path = `/4.0/profiles/${id}/checks`
  for (const body of orders) {
    const ran = await demand(call, 200, 'POST', `${path}?mode=sync`, { body, headers: freshKey() })
    const check = `${path}/${textAt(ran.body, 'id')}`
    await demand(call, 200, 'POST', `${check}/approve`, { headers: freshKey() })
    await demand(call, 200, 'POST', `${check}/reject`, { headers: freshKey() })
  }
  await demand(call, 200, 'GET', path)
}

/** A check that was run elsewhere, and orders that are refused, with marks where the refusal might quote them. */
async function seedExternal(call: Call, id: string): Promise<void> {
  const path = `/4.0/profiles/${id}/checks`
  const elsewhere = {
    check_type: 'PEPS_AND_SANCTIONS_SCREEN',
    instructed_externally: true,
    result: 'PEP',
    output_data: {
      entity_type: 'INDIVIDUAL',
      [word()]: word(),
      screening_hits: [
        {
          provider: { hit_id: word() },
          status: 'UNRESOLVED',
          flags: [{ type: 'PEP' }],
          data: { name: word(), aliases: [word()] },
        },
      ],
    },
  }
  await demand(call, 200, 'POST', path, { body: elsewhere, headers: freshKey() })
  await demand(call, 400, 'POST', path, { body: { check_type: word() } })
  await demand(call, 400, 'POST', path, { body: { check_type: 'IDENTITY_CHECK', task_ids: [word()] } })
  const unknown = { check_type: 'IDENTITY_CHECK', variant: { alias: word() } }
  const refused = await call('POST', path, { body: unknown })
  if (refused.status < 400) throw new Error(`An unknown variant was taken: ${refused.status}`)
}

/** Matches: told of one, said what became of them, with reasons. */
async function seedEvents(call: Call, id: string): Promise<void> {
  const path = `/4.0/profiles/${id}/events`
  const data = {
    event_type: 'PEP_FLAG',
    match_id: word(),
    match_name: word(),
    aliases: [word()],
    profile_notes: `${word()} ${'and more '.repeat(400)}${word()}`,
  }
  await demand(call, 200, 'POST', path, { body: { data }, headers: freshKey() })
  const { body } = await demand(call, 200, 'GET', path)
  const [first, ...others] = Array.isArray(body) ? body : []
  const said = () => ({ resolution: 'MATCH', resolution_reason: `${word()} ${number()}` })
  await demand(call, 200, 'POST', `${path}/${textAt(first, 'id')}`, { body: said(), headers: freshKey() })
  const rest = others.map((event) => ({ id: textAt(event, 'id'), ...said() }))
  await demand(call, 200, 'POST', `${path}/bulk_update`, { body: rest, headers: freshKey() })
  await demand(call, 404, 'POST', `${path}/${randomUUID()}`, { body: said() })
}

/** A relation that is adopted by its reference, a rescreen, and data that is waited for. */
async function seedWatching(call: Call, id: string): Promise<void> {
  const path = `/4.0/profiles/${id}`
  const relation = {
    provider: 'demo',
    check_type: 'PEPS_AND_SANCTIONS_SCREEN',
    reference: word(),
    provider_id: word(),
    adopted_from: word(),
  }
  const fresh = await seedSubject(call, 'INDIVIDUAL', markedPerson(), 'ASSOCIATED')
  await demand(call, 200, 'POST', `/4.0/profiles/${fresh}/monitoring`, {
    body: relation,
    headers: freshKey(),
  })
  await demand(call, 200, 'GET', `${path}/monitoring`)
  await demand(call, 200, 'POST', `${path}/tags`, { body: { name: word() } })
  const steps = [{ collection_type: 'EMAIL' }, { collection_type: 'FULL_NAME' }]
  await demand(call, 200, 'POST', `${path}/collection_steps`, { body: steps, headers: freshKey() })
  await demand(call, 400, 'POST', `${path}/collection_steps`, { body: [{ collection_type: word() }] })
}

/** What somebody types into a search is about somebody. */
async function seedSearches(call: Call): Promise<void> {
  for (const query of [
    `/4.0/search/companies?country=GBR&query=${word()}`,
    `/4.0/search/companies?country=GBR&query=${word()}&provider=${word()}`,
    `/4.0/address/search?country_code=GBR&address=${number()}+${word()}`,
    `/4.0/address/format?country_code=GBR&id=${word()}`,
  ]) {
    const { status, body } = await call('GET', query)
    if (status >= 500) throw new Error(`${query} answered ${status}: ${JSON.stringify(body)}`)
  }
}

/** Requests in the name of integrations that nobody signed. */
async function seedSignatures(call: Call): Promise<void> {
  const body = { provider_id: word(), reference: word(), custom_data: { [word()]: word() } }
  const path = '/integrations/v1/callbacks'
  const signature = (keyId: string) =>
    `Signature keyId="${keyId}",algorithm="hs2019",headers="(request-target) date digest",signature="${word()}"`
  await demand(call, 401, 'POST', path, { body })
  await demand(call, 401, 'POST', path, { body, headers: { authorization: signature(word()) } })
  await demand(call, 401, 'GET', `/integrations/v1/images/${word()}`)
}

/** An integration with credentials, which nobody answers at. */
async function seedIntegration(call: Call): Promise<string[]> {
  const credential = `${word()}${number()}`
  const body = {
    alias: 'seeded',
    name: 'Seeded',
    url: 'https://93.184.215.14/integration/',
    check_type: 'IDENTITY_CHECK',
    credentials: { password: credential },
  }
  const made = await demand(call, 200, 'POST', '/4.0/providers', { body, headers: freshKey() })
  const renewed = await demand(call, 200, 'POST', `/4.0/providers/${textAt(made.body, 'id')}/renew_secret`, {
    headers: freshKey(),
  })
  await demand(call, 200, 'GET', '/4.0/providers')
  return [credential, textAt(made.body, 'secret'), textAt(renewed.body, 'secret')]
}
