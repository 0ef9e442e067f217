import { WhoAmI } from '@drawbridge/schema/whoami.ts'
import { bind } from '../../platform/http/index.ts'
import { whoAmI } from './who-am-i.ts'

export const routes = [bind(WhoAmI, whoAmI)]
