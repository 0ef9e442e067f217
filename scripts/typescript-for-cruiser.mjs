// dependency-cruiser reads TypeScript through the compiler's JavaScript interface, which TypeScript 7 no longer has.
// Loaded with `--import`, this hands it the TypeScript 6 of this folder; everything else keeps TypeScript 7.
import { createRequire, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)

registerHooks({
  resolve(specifier, context, next) {
    const asked = specifier === 'typescript' || specifier.startsWith('typescript/')
    const byCruiser = context.parentURL?.includes('/node_modules/dependency-cruiser/') ?? false
    if (!asked || !byCruiser) return next(specifier, context)
    return { url: pathToFileURL(require.resolve(specifier)).href, shortCircuit: true }
  },
})
