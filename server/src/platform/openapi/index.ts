export { type DocsRoute, docsRoutes } from './docs-routes.ts'
export { type DocumentInfo, openApiDocument } from './document.ts'
