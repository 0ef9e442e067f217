export { jobs } from './download-documents.ts'
export { endpointsOf } from './endpoints.ts'
export { dispatchDue, runDispatcher } from './run-dispatcher.ts'
