import { createProfiles } from './create-profiles.ts'
import { interactive } from './interactive.ts'
import { listSearch } from './list-search.ts'
import { migrate } from './migrate.ts'
import { onboarding } from './onboarding.ts'
import { type BenchOptions, OptionRefusal, readArguments } from './options.ts'
import { readProfiles } from './read-profiles.ts'
import { jsonLine, type Result, table } from './result.ts'
import { settleCases } from './settle.ts'

const benchmarks: Readonly<Record<string, (options: BenchOptions) => Promise<Result>>> = {
  'create-profiles': createProfiles,
  interactive,
  'list-search': listSearch,
  migrate,
  onboarding,
  'read-profiles': readProfiles,
  settle: settleCases,
}

/** Runs one benchmark: a table and one line of JSON; with `--json` the line alone on standard output. */
async function main(args: readonly string[]): Promise<number> {
  const { name, json, options } = readArguments(args)
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined
  if (!benchmark)
    throw new OptionRefusal(
      `There is no benchmark "${name}"; there are ${Object.keys(benchmarks).join(', ')}`,
    )
  const result = await benchmark(options)
  const text = table(result)
  if (json) process.stderr.write(text)
  else process.stdout.write(`${text}\n`)
  process.stdout.write(`${jsonLine(result, new Date())}\n`)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const known = error instanceof OptionRefusal
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = known ? 2 : 1
}
