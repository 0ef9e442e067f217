import type { Route } from './platform/http/index.ts'
import type { Reaction } from './platform/scope.ts'
import { routes as accounts } from './rooms/accounts/index.ts'
import { routes as applications } from './rooms/applications/index.ts'
import { routes as audit } from './rooms/audit/index.ts'
import { reactions as caseReactions } from './rooms/cases/index.ts'
import { reactions as checkReactions, routes as checks } from './rooms/checks/index.ts'
import { routes as collectionSteps, reactions as stepReactions } from './rooms/collection-steps/index.ts'
import { routes as documents } from './rooms/documents/index.ts'
import { reactions as eventReactions, routes as events } from './rooms/events/index.ts'
import { routes as files } from './rooms/files/index.ts'
import { routes as monitoring, reactions as monitoringReactions } from './rooms/monitoring/index.ts'
import { routes as policies } from './rooms/policies/index.ts'
import { routes as profiles } from './rooms/profiles/index.ts'
import { routes as providers } from './rooms/providers/index.ts'
import { routes as tags } from './rooms/tags/index.ts'
import { routes as tasks } from './rooms/tasks/index.ts'

/** Every route of the API, by room, lowest first. */
export const routes: readonly Route[] = [
  ...accounts,
  ...policies,
  ...audit,
  ...tags,
  ...files,
  ...providers,
  ...documents,
  ...collectionSteps,
  ...checks,
  ...events,
  ...tasks,
  ...applications,
  ...profiles,
  ...monitoring,
]

/** What each room does when a fact is recorded, in the order of the house. */
export const reactions: readonly Reaction[] = [
  ...stepReactions,
  ...checkReactions,
  ...eventReactions,
  ...caseReactions,
  ...monitoringReactions,
]
