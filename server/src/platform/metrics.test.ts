import { afterEach, expect, test } from 'vitest'
import { createMetrics, type Metrics } from './metrics.ts'

let metrics: Metrics
afterEach(() => metrics.close())

test('the page shows counters, times, values read on the spot and the process itself', async () => {
  metrics = createMetrics()
  const requests = metrics.counter({
    name: 'drawbridge_requests_total',
    help: 'Requests',
    labels: ['route', 'status'],
  })
  const times = metrics.histogram({ name: 'drawbridge_request_seconds', help: 'Times', labels: ['route'] })
  metrics.gauge({ name: 'drawbridge_pending', help: 'Pending' }, async () => 7)
  requests.add({ route: '/4.0/profiles/{profile_id}', status: 200 })
  requests.add({ route: '/4.0/profiles/{profile_id}', status: 200 }, 2)
  times.observe({ route: '/4.0/profiles' }, 0.02)
  const { text, contentType } = await metrics.page()
  expect(contentType).toContain('text/plain')
  expect(text).toContain('drawbridge_requests_total{route="/4.0/profiles/{profile_id}",status="200"} 3')
  expect(text).toContain('drawbridge_request_seconds_bucket{le="0.025",route="/4.0/profiles"} 1')
  expect(text).toContain('drawbridge_pending 7')
  expect(text).toContain('process_cpu_seconds_total')
})

test('a label that is no word of the code is counted as other', async () => {
  metrics = createMetrics()
  const refusals = metrics.counter({
    name: 'drawbridge_refusals_total',
    help: 'Refusals',
    labels: ['reason'],
  })
  for (const reason of [
    'Anna Müller',
    '01920000-0000-7000-8000-000000000001',
    'anna@example.com',
    '19800229',
    '',
  ]) {
    refusals.add({ reason })
  }
  const { text } = await metrics.page()
  expect(text).toContain('drawbridge_refusals_total{reason="other"} 5')
})
