export { serveDemoIntegration } from './serve-demo-integration.ts'
export { servedTypes } from './templates.ts'
