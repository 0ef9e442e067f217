import { expect, test } from 'vitest'
import { jobs } from '../../src/rooms/cases/index.ts'
import { type MadeProfile, makeCase, personNamed } from '../cases.ts'
import { statesOf, useDeciding } from '../deciding.ts'

const { server, shipped, publish, read, applicationOf, post, runChecks } = useDeciding()

/** Runs a job of the room as a worker node would. */
async function runJob(name: string, { id }: MadeProfile): Promise<void> {
  const ids = { profile_id: id }
  const signal = new AbortController().signal
  await jobs(server().engine)[name]?.({ account: server().demo.accountId, ids, signal })
}

test('a company waits for its associates, and goes on when the last of them is approved', async () => {
  const variant = shipped().task_variants.find((one) => one.alias === 'identify_officers')
  const director = await makeCase(
    server(),
    {},
    { role: 'INDIVIDUAL_ASSOCIATED', collected_data: personNamed('Oduya') },
  )
  const metadata = { name: 'NORTH QUAY TRADING LTD', number: '09990001', country_of_incorporation: 'GBR' }
  const officer = {
    entity_type: 'INDIVIDUAL',
    linked_profile: { id: director.id },
    task_variant_ids: [variant?.id],
  }
  const company = await makeCase(
    server(),
    {},
    {
      role: 'COMPANY_CUSTOMER',
      collected_data: { entity_type: 'COMPANY', metadata, officers: { directors: [officer] } },
    },
  )
  expect(statesOf(await read(company))).toMatchObject({ identify_officers: 'INCOMPLETE' })
  await runChecks()
  expect(await applicationOf(director)).toMatchObject({ status: 'APPROVED', associated_role: 'DIRECTOR' })
  expect(statesOf(await read(company))).toMatchObject({ identify_officers: 'COMPLETED_PASS' })
  await runJob('end-associate', director)
  expect(await applicationOf(director)).toMatchObject({ status: 'APPROVED' })
  const data = { entity_type: 'COMPANY', metadata }
  await post(`${company.path}/collected_data`, data)
  await runJob('end-associate', director)
  const ended = await applicationOf(director)
  expect(ended).toMatchObject({ status: 'CANCELLED', flag: 'DECIDED' })
  await post(`${company.path}/collected_data`, { ...data, officers: { directors: [officer] } })
  const anew = (await read(director)).applications ?? []
  expect(anew.map(({ id, status }) => [id === ended.id, status])).toEqual([
    [true, 'CANCELLED'],
    [false, 'APPROVED'],
  ])
})

test('a policy that takes officers up by itself gives each a profile, and verifies them', async () => {
  await publish((policy) => ({
    ...policy,
    task_variants: policy.task_variants.map((variant) =>
      variant.alias === 'identify_officers' && variant.associates
        ? { ...variant, associates: { ...variant.associates, add: { who: 'all' as const } } }
        : variant,
    ),
  }))
  const metadata = { name: 'NORTH QUAY TRADING LTD', number: '09990001', country_of_incorporation: 'GBR' }
  const listed = { entity_type: 'INDIVIDUAL', immediate_data: personNamed('Oduya') }
  const resigned = { entity_type: 'INDIVIDUAL', immediate_data: personNamed('Former') }
  const company = await makeCase(
    server(),
    {},
    {
      role: 'COMPANY_CUSTOMER',
      collected_data: {
        entity_type: 'COMPANY',
        metadata,
        officers: { directors: [listed], resigned: [resigned] },
      },
    },
  )
  const data = (await read(company)).collected_data as {
    officers?: { directors?: { linked_profile?: { id: string } }[]; resigned?: object[] }
  }
  const id = data.officers?.directors?.[0]?.linked_profile?.id
  expect(id).toBeDefined()
  expect(data.officers?.resigned?.[0]).not.toHaveProperty('linked_profile')
  const director = { ...company, id: id ?? '', path: `/4.0/profiles/${id}` }
  expect(await read(director)).toMatchObject({
    role: 'INDIVIDUAL_ASSOCIATED',
    applications: [{ product: { alias: 'director_check' }, associated_role: 'DIRECTOR' }],
  })
  await runChecks()
  expect(await applicationOf(director)).toMatchObject({ status: 'APPROVED' })
  expect(statesOf(await read(company))).toMatchObject({ identify_officers: 'COMPLETED_PASS' })
})
