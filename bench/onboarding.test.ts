import { expect, it } from 'vitest'
import { onboarding } from './onboarding.ts'
import { readArguments } from './options.ts'

it('an onboarding is complete, and the bare side writes its rows in as many transactions', async () => {
  const sizes = ['--rounds', '1', '--per-round', '6', '--warm-up', '6', '--seconds', '1']
  const { options } = readArguments(['onboarding', ...sizes])
  const { figures, details } = await onboarding(options)
  expect(details.rows).toMatchObject({
    profile: 1,
    application: 1,
    task: 4,
    profile_check: 3,
    idempotency: 1,
  })
  expect(details.transactions).toBeGreaterThan(1)
  expect(figures.find((figure) => figure.name === 'ratio to bare')?.value).toBeGreaterThan(0)
})
