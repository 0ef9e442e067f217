import { ListAuditItems } from '@drawbridge/schema/audit.ts'
import { bind } from '../../platform/http/index.ts'
import { listAuditItems } from './list-audit-items.ts'

export const routes = [bind(ListAuditItems, listAuditItems)]
