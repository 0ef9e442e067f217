/** What the settings of the embedded server depend on. */
export interface SettingsInput {
  readonly socketDirectory: string
  readonly logDirectory: string
  /** Memory that this machine or container may use, in bytes. */
  readonly memoryBytes: number
  /** Free space for shared memory segments (`/dev/shm`), in bytes; a container often has 64 MB. */
  readonly segmentBytes: number
  /** Most connections at a time; 100 when absent. */
  readonly connectionsMax?: number
}

const MEGABYTE = 1024 * 1024

/**
 * The text of the embedded server's settings file.
 *
 * Durable (`fsync`, `synchronous_commit`), reachable by its unix socket only, sized for the machine, and silent about
 * data: no level that quotes values (ERROR and below) reaches the server's own log, nor do statements, parameters,
 * DETAIL or CONTEXT. The client still receives every error in full.
 */
export function settingsText(input: SettingsInput): string {
  const lines = Object.entries({ ...fixedSettings, ...sizedSettings(input), ...placedSettings(input) })
  const settings = lines.map(([name, value]) => `${name} = ${quote(String(value))}`)
  return `${HEADER}${settings.join('\n')}\n\ninclude_if_exists = 'custom.conf'\n`
}

const HEADER = `# Written by drawbridge at every start: changes here are lost.
# Put your own settings into custom.conf beside this file.
`

const fixedSettings = {
  listen_addresses: '',
  port: 5432,
  unix_socket_permissions: '0700',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  wal_level: 'replica',
  max_wal_senders: 4,
  wal_compression: 'on',
  // A recycled file of the log keeps its old content until it is written over: with it, keys that were destroyed.
  wal_recycle: 'off',
  min_wal_size: '128MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: 1.1,
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  password_encryption: 'scram-sha-256',
  client_connection_check_interval: '10s',
  log_destination: 'stderr',
  logging_collector: 'on',
  log_filename: 'postgresql-%u-%H.log',
  log_file_mode: '0600',
  log_rotation_age: '1h',
  log_rotation_size: 0,
  log_truncate_on_rotation: 'on',
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: -1,
  log_min_duration_sample: -1,
  log_transaction_sample_rate: 0,
  log_duration: 'off',
  log_parameter_max_length: 0,
  log_parameter_max_length_on_error: 0,
  log_lock_waits: 'off',
  log_temp_files: -1,
  debug_print_parse: 'off',
  debug_print_plan: 'off',
}

function sizedSettings({ memoryBytes, connectionsMax }: SettingsInput) {
  const megabytes = Math.floor(memoryBytes / MEGABYTE)
  return {
    max_connections: connectionsMax ?? 100,
    shared_buffers: `${between(32, Math.floor(megabytes / 6), 4096)}MB`,
    effective_cache_size: `${between(128, Math.floor(megabytes / 2), 65_536)}MB`,
    work_mem: `${between(4, Math.floor(megabytes / 512), 32)}MB`,
    maintenance_work_mem: `${between(32, Math.floor(megabytes / 32), 1024)}MB`,
  }
}

// Parallel queries fail where their segments do not fit; files in the data directory are slower and always fit.
const SEGMENT_BYTES_MIN = 256 * MEGABYTE

function placedSettings({ socketDirectory, logDirectory, segmentBytes }: SettingsInput) {
  return {
    unix_socket_directories: `"${socketDirectory.replaceAll('"', '""')}"`,
    log_directory: logDirectory,
    dynamic_shared_memory_type: segmentBytes < SEGMENT_BYTES_MIN ? 'mmap' : 'posix',
  }
}

function between(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
