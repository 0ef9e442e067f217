import { expect, it } from 'vitest'
import { createProfiles } from './create-profiles.ts'
import { readArguments } from './options.ts'

it('the bare side writes row for row what the API wrote, the facts in the chain among them', async () => {
  const { options } = readArguments([
    'create-profiles',
    '--rounds',
    '1',
    '--per-round',
    '10',
    '--warm-up',
    '10',
  ])
  const { figures, details } = await createProfiles(options)
  // Ten to warm up and ten for each of the two numbers of connections.
  expect(details.rows).toMatchObject({
    profile: 30,
    profile_key: 30,
    collected_data: 30,
    application: 30,
    idempotency: 30,
  })
  for (const table of ['fact', 'profile_term', 'task', 'application_history'])
    expect(details.rows).toHaveProperty(table)
  expect(figures.find((figure) => figure.name === 'ratio to bare at 5 connections')?.value).toBeGreaterThan(0)
})
