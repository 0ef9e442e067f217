import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { otherProcess, scratch } from '../../../test/embedded-testing.ts'
import { withStartLock } from './start-lock.ts'

let path: string
let remove: () => Promise<void>

beforeEach(async () => {
  const directory = await scratch()
  ;[path, remove] = [join(directory.path, 'start.lock'), directory.remove]
})

afterEach(() => remove())

test('never has two holders at a time', async () => {
  let [holders, holdersMost] = [0, 0]
  const hold = () =>
    withStartLock(path, async () => {
      holders += 1
      holdersMost = Math.max(holdersMost, holders)
      await sleep(5)
      holders -= 1
    })
  await Promise.all([hold(), hold(), hold(), hold()])
  expect(holdersMost).toBe(1)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('is free again when the work fails', async () => {
  const failing = withStartLock(path, () => Promise.reject(new Error('the work failed')))
  await expect(failing).rejects.toThrow('the work failed')
  expect(await withStartLock(path, async () => 'free', 0)).toBe('free')
})

test('is refused while another process holds it, and free as soon as that process is killed', async () => {
  const holder = await otherProcess('lock', path)
  expect(holder.line).toBe('held')
  await expect(withStartLock(path, async () => 'taken', 0)).rejects.toThrow(/holds .*start\.lock/)
  await holder.kill()
  expect(await withStartLock(path, async () => 'taken')).toBe('taken')
})
