import {
  CreateApplication,
  DecideApplication,
  GetApplication,
  ListApplications,
  RevertDecision,
} from '@drawbridge/schema/application.ts'
import { bind } from '../../platform/http/index.ts'
import { createApplication } from './create-application.ts'
import { decideApplication } from './decide-application.ts'
import { getApplication, showApplication } from './get-application.ts'
import { listApplications } from './list-applications.ts'
import { revertDecision } from './revert-decision.ts'

export const routes = [
  bind(ListApplications, listApplications),
  bind(CreateApplication, createApplication, showApplication),
  bind(GetApplication, getApplication),
  bind(DecideApplication, decideApplication, showApplication),
  bind(RevertDecision, revertDecision, showApplication),
]
