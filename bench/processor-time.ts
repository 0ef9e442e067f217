import { readdir, readFile } from 'node:fs/promises'

/** Ticks of the kernel's clock a second, as Linux has reported them to programs since its beginning. */
const ticksASecond = 100

interface ProcessTicks {
  readonly parent: number
  readonly ticks: number
}

/**
 * Seconds of processor time that a process has used, and those of a database server's processes together. Unlike
 * the time on the clock they say what the work costs on a machine that has other work too. Linux only: NaN elsewhere.
 */
export async function processorSeconds(serverPid: number, postmasterPid: number) {
  const all = await ticksOfAll()
  const server = all.get(serverPid)?.ticks ?? Number.NaN
  let postgres = all.get(postmasterPid)?.ticks ?? Number.NaN
  for (const { parent, ticks } of all.values()) if (parent === postmasterPid) postgres += ticks
  return { server: server / ticksASecond, postgres: postgres / ticksASecond }
}

async function ticksOfAll(): Promise<Map<number, ProcessTicks>> {
  const found = new Map<number, ProcessTicks>()
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined)
    // The name in parentheses may hold spaces; numbers follow it: state, parent, …, utime (14th), stime (15th).
    const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
    if (fields)
      found.set(Number(name), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) })
  }
  return found
}
