import { parseArgs } from 'node:util'

/** An option that cannot be used; the message says what it may be. */
export class OptionRefusal extends Error {}

/** What the caller set beside the benchmark's name. */
export interface BenchOptions {
  /** The value of `--name`, or the standard one. Raises `OptionRefusal` unless it is a whole number above 0. */
  number(name: string, standard: number): number
  text(name: string): string | undefined
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

const names = [
  'rounds',
  'per-round',
  'warm-up',
  'profile',
  'profiles',
  'clients',
  'rows',
  'lines',
  'only',
  'cache',
  'seconds',
]

/** Reads `NAME [--json] [--option value]`. Raises `OptionRefusal`. */
export function readArguments(args: readonly string[]): {
  name: string
  json: boolean
  options: BenchOptions
} {
  const { values, positionals } = parse(args)
  const text = (name: string): string | undefined => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  const number = (name: string, standard: number) => {
    const given = text(name)
    const value = given === undefined ? standard : Number(given.replaceAll('_', ''))
    if (!Number.isInteger(value) || value < 1)
      throw new OptionRefusal(`--${name} is ${JSON.stringify(given)}; it must be a whole number above 0`)
    return value
  }
  return {
    name: positionals[0] ?? '',
    json: values.json === true,
    options: { number, text },
  }
}

function parse(args: readonly string[]): { values: Values; positionals: string[] } {
  const options: Record<string, { type: 'string' | 'boolean' }> = { json: { type: 'boolean' } }
  for (const name of names) options[name] = { type: 'string' }
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    throw new OptionRefusal(error instanceof Error ? error.message : String(error))
  }
}
