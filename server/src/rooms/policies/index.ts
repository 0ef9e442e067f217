export { currentPolicy, disabledCheckVariantIds } from './current-policy.ts'
