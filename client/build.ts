import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = import.meta.dirname
const root = path.dirname(here)
const isShipped = (name: string) => name.endsWith('.ts') && !/\.(test|test-kit)\.ts$/.test(name)

/**
 * Builds the package that customers install into `folder`, which is emptied first: JavaScript and types for Node 20
 * up of the client and of the contract that it calls by, ready for `npm pack`. Throws with the compiler's words.
 */
export function buildClient(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const staging = stageSources()
  try {
    compile(staging, folder)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
  writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
  cpSync(path.join(here, 'README.md'), path.join(folder, 'README.md'))
  cpSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'))
}

/** Client and contract side by side, since a package cannot import from a workspace that is not published. */
function stageSources(): string {
  const parent = path.join(here, 'dist')
  mkdirSync(parent, { recursive: true })
  const staging = mkdtempSync(path.join(parent, 'staging-'))
  const copy = (from: string, to: string) => {
    mkdirSync(path.join(staging, to))
    for (const name of readdirSync(from).filter(isShipped)) {
      const source = readFileSync(path.join(from, name), 'utf8')
      const relative = source.replaceAll("'@drawbridge/schema/", "'../schema/")
      writeFileSync(path.join(staging, to, name), nameSchemaTypes(relative))
    }
  }
  copy(path.join(here, 'src'), 'client')
  copy(path.join(root, 'schema'), 'schema')
  return staging
}

/**
 * Gives the type of every schema a name, so that the compiler writes the name where the schema is used. Without it
 * each use repeats the whole structure, and a profile becomes too long to be written at all (TS7056).
 */
function nameSchemaTypes(source: string): string {
  return source.replace(
    /^export const (\w+) = ([\s\S]*?)\n(?=export type \1 = z\.infer<typeof \1>)/gm,
    (_whole, name: string, definition: string) =>
      [
        `const written${name} = ${definition}`,
        `type Written${name} = typeof written${name}`,
        `export interface ${name}Schema extends Written${name} {}`,
        `export const ${name}: ${name}Schema = written${name}`,
        '',
      ].join('\n'),
  )
}

function compile(staging: string, outDir: string): void {
  const config = {
    extends: path.join(root, 'tsconfig.json'),
    compilerOptions: {
      target: 'es2022',
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: staging,
      outDir,
    },
    include: [staging],
    exclude: [],
  }
  writeFileSync(path.join(staging, 'tsconfig.json'), JSON.stringify(config))
  const compiler = path.join(
    path.dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))),
    'bin',
    'tsc',
  )
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', staging], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The client cannot be compiled:\n${stdout}`)
}

interface Manifest {
  name: string
  version: string
  license: string
  dependencies: { zod: string }
}

function manifest() {
  const own: Manifest = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'))
  return {
    name: own.name,
    version: own.version,
    description: 'Typed client for the Drawbridge API 4.0',
    license: own.license,
    type: 'module',
    engines: { node: '>=20.3' },
    sideEffects: false,
    exports: {
      '.': { types: './client/index.d.ts', default: './client/index.js' },
      './schema/*': { types: './schema/*.d.ts', default: './schema/*.js' },
    },
    dependencies: { zod: `^${own.dependencies.zod}` },
  }
}

if (import.meta.main) {
  buildClient(path.join(here, 'dist', 'package'))
  process.stdout.write('Built. Pack it from the top folder with: npm pack ./client/dist/package\n')
}
