export { createFileInspector, type FileInspector, type InspectorOptions } from './inspect-file.ts'
export type { Inspection } from './judge.ts'
