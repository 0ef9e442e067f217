import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { LogLevel } from './platform/log.ts'
import type { StorageSettings } from './platform/storage/index.ts'

/** What a node does: answers requests, runs jobs, or both. */
export type NodeRole = 'api' | 'worker' | 'all'

/** Everything that is in force, and where each value came from. */
export interface Settings {
  readonly home: string
  readonly port: number
  readonly host: string
  readonly role: NodeRole
  readonly databaseUrl: string | undefined
  readonly poolSize: number
  /** Percent of a node that migrations may have; 100: nothing goes before anything else. */
  readonly migrationShare: number
  readonly allowNetworks: readonly string[]
  readonly storage: StorageSettings
  readonly kek: string | undefined
  readonly kekFile: string | undefined
  readonly logLevel: LogLevel | 'silent'
  readonly institution: string
  readonly sources: Readonly<Record<string, string>>
}

type Environment = Readonly<Record<string, string | undefined>>

/** A setting that cannot be used: which one, where it came from, what it may be. */
export class SettingRefusal extends Error {}

/** Reads values by flag, else environment, else default, and remembers from where. */
class Reader {
  readonly sources: Record<string, string> = {}
  readonly #flags: Environment
  readonly #environment: Environment

  constructor(flags: Environment, environment: Environment) {
    this.#flags = flags
    this.#environment = environment
  }

  text(name: string, flag: string, variable: string): string | undefined {
    const [value, from] =
      this.#flags[flag] === undefined
        ? [this.#environment[variable], `environment ${variable}`]
        : [this.#flags[flag], `flag --${flag}`]
    this.sources[name] = value === undefined || value === '' ? 'default' : from
    return value === '' ? undefined : value
  }

  number(name: string, flag: string, variable: string, standard: number, max: number): number {
    const text = this.text(name, flag, variable)
    if (text === undefined) return standard
    const value = Number(text)
    if (!Number.isInteger(value) || value < 0 || value > max)
      throw this.refusal(name, text, `a whole number to ${max}`)
    return value
  }

  oneOf<T extends string>(
    name: string,
    flag: string,
    variable: string,
    values: readonly T[],
    standard: T,
  ): T {
    const text = this.text(name, flag, variable)
    if (text === undefined) return standard
    const value = values.find((candidate) => candidate === text)
    if (value === undefined) throw this.refusal(name, text, values.join(', '))
    return value
  }

  refusal(name: string, text: string, expected: string): SettingRefusal {
    return new SettingRefusal(
      `${name} (${this.sources[name]}) is ${JSON.stringify(text)}; it must be ${expected}`,
    )
  }
}

/** Reads the settings: flag before environment before default. Raises `SettingRefusal`. */
export function readSettings(flags: Environment, environment: Environment): Settings {
  const reader = new Reader(flags, environment)
  const home = resolve(reader.text('home', 'home', 'DRAWBRIDGE_HOME') ?? join(homedir(), '.drawbridge'))
  return {
    home,
    port: reader.number('port', 'port', 'PORT', 4000, 65_535),
    host: reader.text('host', 'host', 'DRAWBRIDGE_HOST') ?? '127.0.0.1',
    role: reader.oneOf('role', 'role', 'DRAWBRIDGE_ROLE', ['api', 'worker', 'all'], 'all'),
    databaseUrl: reader.text('database', 'database-url', 'DATABASE_URL'),
    poolSize: reader.number('pool-size', 'pool-size', 'DRAWBRIDGE_POOL_SIZE', 12, 500),
    migrationShare: reader.number(
      'migration-share',
      'migration-share',
      'DRAWBRIDGE_MIGRATION_SHARE',
      50,
      100,
    ),
    allowNetworks: list(reader.text('allow-networks', 'allow-networks', 'DRAWBRIDGE_ALLOW_NETWORKS')),
    storage: readStorage(reader, home),
    kek: reader.text('kek', 'kek', 'DRAWBRIDGE_KEK'),
    kekFile: reader.text('kek-file', 'kek-file', 'DRAWBRIDGE_KEK_FILE'),
    logLevel: reader.oneOf(
      'log-level',
      'log-level',
      'DRAWBRIDGE_LOG_LEVEL',
      ['debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'info',
    ),
    institution: reader.text('institution', 'institution', 'DRAWBRIDGE_INSTITUTION') ?? 'Institution',
    sources: reader.sources,
  }
}

function list(text: string | undefined): string[] {
  return (text ?? '').split(/[\s,]+/).filter((word) => word !== '')
}

function readStorage(reader: Reader, home: string): StorageSettings {
  const bucket = reader.text('storage', 's3-bucket', 'DRAWBRIDGE_S3_BUCKET')
  if (bucket === undefined) return { kind: 'disk', directory: join(home, 'files') }
  const needed = (name: string, variable: string): string => {
    const value = reader.text(name, name, variable)
    if (value === undefined) throw new SettingRefusal(`${variable} must be set when DRAWBRIDGE_S3_BUCKET is`)
    return value
  }
  return {
    kind: 's3',
    bucket,
    endpoint: needed('s3-endpoint', 'DRAWBRIDGE_S3_ENDPOINT'),
    region: reader.text('s3-region', 's3-region', 'DRAWBRIDGE_S3_REGION') ?? 'us-east-1',
    prefix: reader.text('s3-prefix', 's3-prefix', 'DRAWBRIDGE_S3_PREFIX') ?? '',
    accessKeyId: needed('s3-access-key-id', 'DRAWBRIDGE_S3_ACCESS_KEY_ID'),
    secretAccessKey: needed('s3-secret-access-key', 'DRAWBRIDGE_S3_SECRET_ACCESS_KEY'),
  }
}
