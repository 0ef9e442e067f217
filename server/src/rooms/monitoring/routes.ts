import * as monitoring from '@drawbridge/schema/monitoring.ts'
import { bind } from '../../platform/http/index.ts'
import { adoptMonitoring, listMonitoring, showMonitoring } from './adopt-monitoring.ts'
import { getCoverage } from './coverage.ts'
import { createRescreen } from './create-rescreen.ts'
import { listRescreens, setRescreenState, showRescreen } from './get-rescreens.ts'

export const routes = [
  bind(monitoring.ListMonitoring, listMonitoring),
  bind(monitoring.AdoptMonitoring, adoptMonitoring, showMonitoring),
  bind(monitoring.GetMonitoringCoverage, getCoverage),
  bind(monitoring.ListRescreens, listRescreens),
  bind(monitoring.CreateRescreen, (scope, { body }) => createRescreen(scope, body), showRescreen),
  bind(monitoring.GetRescreen, (scope, input) => showRescreen(scope, input.rescreen_id)),
  bind(
    monitoring.PauseRescreen,
    (scope, input) => setRescreenState(scope, input.rescreen_id, 'PAUSED'),
    showRescreen,
  ),
  bind(
    monitoring.ResumeRescreen,
    (scope, input) => setRescreenState(scope, input.rescreen_id, 'RUNNING'),
    showRescreen,
  ),
]
