// Builds the rules of `.dependency-cruiser.mjs` from the ordered list of rooms. Each rule names its source.

const testFiles = ['\\.test(-kit)?\\.ts$', '^server/test/']
const tests = [...testFiles, '^e2e/']
const roomsFolder = '^server/src/rooms/'
/** `rules.ts` and `queries.ts` may be divided: `rules-<what>.ts` and `queries-<what>.ts` are held as they are. */
const rulesFiles = 'rules(|-[a-z-]+)\\.ts$'
const queriesFiles = 'queries(|-[a-z-]+)\\.ts$'
const zod = '^node_modules/zod/'
const sockets = '^(node:)?(http|https|http2|tls|dgram|dns|dns/promises)$'

/**
 * The whole configuration of dependency-cruiser for a house of these rooms, lowest first.
 * @param {readonly string[]} house
 * @returns {import('dependency-cruiser').IConfiguration}
 */
export function directionConfiguration(house) {
  return {
    forbidden: directionRules(house),
    options: {
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '(^|/)dist/' },
      // Imports of types count: a room that needs the types of a room above it knows that room.
      tsPreCompilationDeps: true,
      enhancedResolveOptions: {
        exportsFields: ['exports'],
        conditionNames: ['import', 'node', 'types', 'default'],
      },
    },
  }
}

/**
 * The rules for a house of these rooms, lowest first: the architecture's direction rules as dependency-cruiser
 * understands them. What an import does not show (`fetch`, `process.env`, clocks) is checked by `rules.ts`.
 * @param {readonly string[]} house
 * @returns {import('dependency-cruiser').IForbiddenRuleType[]}
 */
function directionRules(house) {
  return [
    ...everywhere(),
    ...contract(),
    ...house.slice(0, -1).map(upward(house)),
    ...rooms(),
    ...server(),
    ...outside(),
  ]
}

function forbid(name, comment, from, to) {
  return { name, severity: 'error', comment, from, to }
}

function everywhere() {
  return [
    forbid(
      'no-cycle',
      'Two files that need each other are one, or hide a third below both.',
      {},
      { circular: true },
    ),
    forbid(
      'no-tests-in-the-product',
      'What only tests need is imported by tests only.',
      { pathNot: tests },
      { path: testFiles },
    ),
    forbid('no-unknown-import', 'What cannot be resolved cannot be checked.', {}, { couldNotResolve: true }),
  ]
}

function contract() {
  const purely = (folder, allowed, comment) =>
    forbid(
      `${folder}-is-pure`,
      comment,
      { path: `^${folder}/`, pathNot: tests },
      { pathNot: [...allowed, zod] },
    )
  return [
    purely('schema', ['^schema/'], 'The contract imports zod and its own types, nothing else.'),
    purely(
      'policy',
      ['^policy/', '^schema/'],
      'The policy decides from values: zod and the contract, nothing else.',
    ),
    forbid(
      'schema-fields-import-nothing',
      'The form bundles the fields: they import nothing but each other.',
      { path: '^schema/fields/', pathNot: tests },
      { pathNot: ['^schema/fields/'] },
    ),
  ]
}

function upward(house) {
  return (room, place) =>
    forbid(
      `${room}-knows-no-room-above`,
      'Calls go down the list in house.ts, facts go up: record a fact and let the room above react to it.',
      { path: `${roomsFolder}${room}/` },
      { path: `${roomsFolder}(${house.slice(place + 1).join('|')})/` },
    )
}

function rooms() {
  const own = `${roomsFolder}$1/`
  return [
    forbid(
      'rooms-by-their-door',
      'A room is used through its index.ts only.',
      { path: `${roomsFolder}([^/]+)/` },
      { path: roomsFolder, pathNot: [own, `${roomsFolder}[^/]+/index\\.ts$`] },
    ),
    forbid(
      'rooms-by-their-door-from-outside',
      'A room is used through its index.ts only.',
      { path: '^(?!server/src/rooms/)' },
      { path: roomsFolder, pathNot: [`${roomsFolder}[^/]+/index\\.ts$`] },
    ),
    forbid(
      'rules-do-no-io',
      'rules.ts decides from values alone: the contract, the policy, Fault, and types.',
      { path: `${roomsFolder}[^/]+/${rulesFiles}` },
      {
        dependencyTypesNot: ['type-only'],
        pathNot: [
          '^schema/',
          '^policy/',
          '^(node:)?util$',
          zod,
          '^server/src/platform/fault\\.ts$',
          `${roomsFolder}[^/]+/${rulesFiles}`,
        ],
      },
    ),
    forbid(
      'queries-speak-only-sql',
      'queries.ts uses db, vault, the Scope type, working rows, the contract and its own room’s queries, nothing else.',
      { path: `${roomsFolder}([^/]+)/${queriesFiles}` },
      {
        pathNot: [
          '^schema/',
          '^server/src/platform/(db|vault)/',
          '^server/src/platform/(scope|working-rows)\\.ts$',
          `${own}${queriesFiles}`,
        ],
      },
    ),
    forbid(
      'only-queries-speak-sql',
      'All SQL of a room is in its queries.ts.',
      { path: roomsFolder, pathNot: [...tests, `/${queriesFiles}`] },
      { path: '^node_modules/pg/', dependencyTypesNot: ['type-only'] },
    ),
  ]
}

function server() {
  return [
    forbid(
      'platform-knows-no-room',
      'The platform is below every room.',
      { path: '^server/src/platform/', pathNot: tests },
      {
        path: [
          '^server/src/(rooms|providers|provider-kit)/',
          '^server/src/house\\.ts$',
          '^server/src/main\\.ts$',
        ],
      },
    ),
    forbid(
      'providers-see-only-their-kit',
      'A vendor is a few small files against provider-kit/ and sees nothing else.',
      { path: '^server/src/providers/([^/]+)/', pathNot: tests },
      { pathNot: ['^server/src/provider-kit/', '^server/src/providers/$1/', '^schema/', zod] },
    ),
    forbid(
      'sockets-only-in-net',
      'Calls to the outside go through the guarded fetch of platform/net; platform/http listens.',
      { path: '^server/src/', pathNot: [...tests, '^server/src/platform/(net|http)/'] },
      { path: [sockets, '^node_modules/undici/'], dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'plain-sockets-only-to-ourselves',
      'node:net is for platform/net and http, and for the sockets of processes that the platform itself starts.',
      { path: '^server/src/', pathNot: [...tests, '^server/src/platform/(net|http|postgres|inspect)/'] },
      { path: '^(node:)?net$', dependencyTypesNot: ['type-only'] },
    ),
  ]
}

function outside() {
  const neighbours = '^(portal|form|embed|cli|migrate|email|client|examples|e2e|schema|policy)/'
  return [
    forbid(
      'server-from-outside',
      'What stands outside the server speaks to it over HTTP or starts it as a process.',
      { path: neighbours, pathNot: tests },
      { path: '^server/' },
    ),
    forbid(
      'server-from-outside-tests',
      'Tests outside the server may use its test harness, not its source.',
      { path: [`${neighbours}.*\\.test\\.ts$`, '^e2e/'] },
      { path: '^server/src/' },
    ),
    forbid(
      'embed-imports-nothing',
      'embed.js is one file.',
      { path: '^embed/', pathNot: tests },
      { pathNot: '^$' },
    ),
  ]
}
