import {
  ApproveCheck,
  AttachCheck,
  GetCheck,
  ListChecks,
  RejectCheck,
  RunCheck,
} from '@drawbridge/schema/check.ts'
import { bind, bindWaiting } from '../../platform/http/index.ts'
import { attachCheck } from './attach-check.ts'
import { getCheck, listChecks, showCheck } from './get-check.ts'
import { approveCheck, rejectCheck } from './judge-check.ts'
import { runCheck } from './run-check.ts'
import { untilComplete } from './wait-for-check.ts'

export const routes = [
  bind(ListChecks, listChecks),
  bindWaiting(RunCheck, runCheck, showCheck, untilComplete),
  bind(GetCheck, getCheck),
  bind(AttachCheck, attachCheck, showCheck),
  bind(ApproveCheck, approveCheck, showCheck),
  bind(RejectCheck, rejectCheck, showCheck),
]
