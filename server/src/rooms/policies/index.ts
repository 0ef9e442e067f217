export { currentPolicy } from './current-policy.ts'
