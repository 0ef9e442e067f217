/** An option of a sub-command, as commander writes it: flags and what it means. */
type OptionText = readonly [flags: string, description: string]

/** A sub-command that the server carries out. */
export interface ServerCommand {
  readonly name: string
  /** What follows the name, as commander writes it. */
  readonly parameters: string
  readonly description: string
  readonly options: readonly OptionText[]
  readonly example: string
}

const common: readonly OptionText[] = [
  ['--home <directory>', 'where the installation lies (DRAWBRIDGE_HOME; ~/.drawbridge)'],
  ['--kek-file <file>', 'file with the key-encryption key (DRAWBRIDGE_KEK_FILE; HOME/secrets/kek)'],
  [
    '--database-url <url>',
    'a PostgreSQL of your own (DATABASE_URL, better for one with a password; the one that comes along)',
  ],
  ['--debug', 'print where an error came from'],
]
const json: OptionText = ['--json', 'print the result as JSON']
const environment: OptionText = ['--environment <name>', 'demo or live; demo when absent']
const storage: readonly OptionText[] = [
  ['--s3-bucket <name>', 'keep the sealed files in a bucket (DRAWBRIDGE_S3_BUCKET)'],
  ['--s3-endpoint <url>', 'address of the store (DRAWBRIDGE_S3_ENDPOINT)'],
  ['--s3-region <name>', 'region of the bucket (DRAWBRIDGE_S3_REGION)'],
  ['--s3-prefix <text>', 'what names in the bucket begin with (DRAWBRIDGE_S3_PREFIX)'],
]

/** The sub-commands of the server, in the order of `--help`. */
export const serverCommands: readonly ServerCommand[] = [
  {
    name: 'serve',
    parameters: '',
    description: 'Starts the platform and serves until it is told to stop',
    options: [
      ['--port <number>', 'port of the API (PORT; 4000); 0 takes a free one'],
      ['--host <address>', 'address to listen on (DRAWBRIDGE_HOST; 127.0.0.1)'],
      ['--role <role>', 'api, worker or all (DRAWBRIDGE_ROLE; all)'],
      [
        '--migration-share <percent>',
        'what migrations may have of this node (DRAWBRIDGE_MIGRATION_SHARE; 50; 100: no priority)',
      ],
      ['--pool-size <number>', 'most database connections of this node (DRAWBRIDGE_POOL_SIZE; 12)'],
      ['--allow-networks <list>', 'private networks that may be called (DRAWBRIDGE_ALLOW_NETWORKS)'],
      ['--institution <name>', 'name of the institution that the first start makes (DRAWBRIDGE_INSTITUTION)'],
      ['--log-level <level>', 'debug, info, warn, error, fatal or silent (DRAWBRIDGE_LOG_LEVEL; info)'],
      ...storage,
      ...common,
    ],
    example: 'drawbridge serve --port 4000 --home /var/lib/drawbridge/mill-bank',
  },
  {
    name: 'keys',
    parameters: '<action> [id]',
    description: 'Issues, lists and revokes API keys: issue, list, revoke ID',
    options: [
      environment,
      ['--name <text>', 'which system the key is for'],
      ['--class <class>', 'master, onboarding or migration; onboarding when absent'],
      ['--valid-from <instant>', 'when the key begins to work, such as 2026-12-01T08:00:00Z'],
      ['--max-in-flight <number>', 'most requests at a time'],
      json,
      ...common,
    ],
    example: 'drawbridge keys issue --environment live --name "core banking" --class migration',
  },
  {
    name: 'environment',
    parameters: '<action> [settings...]',
    description:
      'Shows and changes the settings of an environment: show, set NAME=VALUE (unique-customer-ref=on|off unique-associate-ref=on|off query-key=on|off calls-per-hour=N|off)',
    options: [environment, json, ...common],
    example: 'drawbridge environment set unique-customer-ref=off --environment demo',
  },
  {
    name: 'policy',
    parameters: '<action> [words...]',
    description:
      'Shows and changes what an environment decides by: show, export, import FILE, diff, validate [FILE], publish, discard, history, roll-back VERSION, check list|off|on ALIAS',
    options: [
      environment,
      ['--draft', 'show or export the draft'],
      ['--reason <text>', 'why a check is switched off or on'],
      ['--until <instant>', 'when it comes back on by itself, such as 2026-12-24T18:00:00Z'],
      json,
      ...common,
    ],
    example: 'drawbridge policy import bank.yaml --environment live',
  },
  {
    name: 'audit',
    parameters: '<action>',
    description: 'Checks the ledger against its chain and its signed checkpoints: verify',
    options: [
      ['--checkpoints <directory>', 'where the checkpoints lie; HOME/checkpoints when absent'],
      json,
      ...common,
    ],
    example: 'drawbridge audit verify --checkpoints /mnt/elsewhere/checkpoints',
  },
  {
    name: 'backup',
    parameters: '',
    description: 'Writes one file with database and sealed files, while the platform serves',
    options: [
      ['--to <path>', 'a new file, or a directory that gets one named by the time'],
      ...storage,
      json,
      ...common,
    ],
    example: 'drawbridge backup --home /var/lib/drawbridge/mill-bank --to /mnt/backups',
  },
  {
    name: 'restore',
    parameters: '',
    description: 'Puts a backup into an empty home, and makes the listed erasures again',
    options: [
      ['--from <file>', 'the backup'],
      ['--erasures <file>', 'list of erasures, besides that of the home'],
      ['--max-days <number>', 'the age that erasure certificates promise; 30 when absent'],
      ['--allow-old', 'restore a backup that is older'],
      ...storage,
      json,
      ...common,
    ],
    example:
      'drawbridge restore --from /mnt/backups/drawbridge-20261120T170447Z.tar.gz --home /srv/again --kek-file /mnt/safe/kek --erasures /mnt/safe/erasures.jsonl',
  },
  {
    name: 'doctor',
    parameters: '',
    description: 'Shows the settings in force and from where, and checks everything; changes nothing',
    options: [
      ['--backups <directory>', 'where backups are kept, to tell the age of the newest'],
      ['--port <number>', 'as for serve'],
      ...storage,
      json,
      ...common,
    ],
    example: 'drawbridge doctor --home /var/lib/drawbridge/mill-bank',
  },
  {
    name: 'key-encryption',
    parameters: '<action>',
    description: 'Changes keys of encryption without downtime: rotate, retire, rotate-account',
    options: [
      ['--environment <name>', 'of which account a new key is made; for rotate-account'],
      ['--yes', 'retire: the old key is kept where older backups need it'],
      json,
      ...common,
    ],
    example: 'drawbridge key-encryption rotate --home /var/lib/drawbridge/mill-bank',
  },
  {
    name: 'provider',
    parameters: '<action> [words...]',
    description:
      'Registers, changes and looks at data providers: list, breaker, add ALIAS, set ALIAS, limits ALIAS [NAME=VALUE...], revalidate ALIAS, renew-secret ALIAS, remove ALIAS; validate URL asks an integration all that the protocol demands; demo serves the demo provider over the protocol',
    options: [
      environment,
      ['--name <text>', 'what people call the provider'],
      ['--url <url>', 'base address of the integration, ending in /'],
      ['--check-type <type>', 'what it is asked for, such as IDENTITY_CHECK'],
      ['--relationship <kind>', 'direct or resold; direct when absent'],
      ['--credentials-file <file>', 'JSON object of the credentials; - reads standard input'],
      ['--config-file <file>', 'JSON object of the configuration to change; - reads standard input'],
      ['--limits-url <url>', 'where the provider tells its limits'],
      ['--disabled <choice>', 'yes stops it at once, no lets it go on'],
      ['--allow-networks <list>', 'private networks that may be called (DRAWBRIDGE_ALLOW_NETWORKS)'],
      ['--secret-file <file>', 'the shared secret, demo: one a line; - reads standard input'],
      ['--platform-url <url>', 'demo: where callbacks go and images are fetched'],
      ['--port <number>', 'demo: port to serve at (4100); 0 takes a free one'],
      ['--host <address>', 'demo: address to listen on (127.0.0.1)'],
      json,
      ...common,
    ],
    example:
      'drawbridge provider add idcheck --name "ID check" --url https://idcheck.example/v1/ --check-type IDENTITY_CHECK',
  },
  {
    name: 'rescreen',
    parameters: '<action> [word]',
    description:
      'Runs a check for all clients with a live application, as when the provider changes: start CHECK, status [ID], pause ID, resume ID',
    options: [
      environment,
      ['--product <alias>', 'only applications for this product'],
      ['--policy <alias>', 'only products that go by this smart policy'],
      ['--tag <name>', 'only profiles with this tag'],
      ['--per-minute <number>', 'how many profiles are reached in a minute; 60 when absent'],
      json,
      ...common,
    ],
    example: 'drawbridge rescreen start screening --environment live --tag migrated --per-minute 120',
  },
]
