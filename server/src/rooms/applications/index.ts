export { apply, assertOpen, isOpen, namedProduct } from './apply.ts'
export { caseOf } from './case-of.ts'
export { type ApplicationChange, changeApplication } from './change-application.ts'
export { findApplication } from './find-application.ts'
export { presentApplications } from './present.ts'
export {
  type ApplicationRow,
  deleteApplications,
  selectApplications,
  selectApprovedProducts,
} from './queries.ts'
export { selectHistory } from './queries-history.ts'
export { type ApplicationsOf, presentedCase, readApplications } from './read-applications.ts'
export { routes } from './routes.ts'
