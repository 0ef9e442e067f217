import { ListCollectionSteps, ReplaceCollectionSteps } from '@drawbridge/schema/collection-step.ts'
import { bind } from '../../platform/http/index.ts'
import { listSteps } from './list-steps.ts'
import { presentSteps } from './present.ts'
import { replaceSteps } from './replace-steps.ts'

export const routes = [
  bind(ListCollectionSteps, listSteps),
  bind(ReplaceCollectionSteps, replaceSteps, presentSteps),
]
