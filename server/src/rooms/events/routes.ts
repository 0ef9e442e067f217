import { CreateEvent, GetEvent, ListEvents, ResolveEvent, ResolveEvents } from '@drawbridge/schema/event.ts'
import { bind } from '../../platform/http/index.ts'
import { createEvent } from './create-event.ts'
import { getEvent, listEvents, showEvent, showEvents } from './get-events.ts'
import { resolveEvent, resolveEvents } from './resolve-events.ts'

export const routes = [
  bind(ListEvents, listEvents),
  bind(CreateEvent, createEvent, showEvent),
  bind(ResolveEvents, resolveEvents, showEvents),
  bind(GetEvent, getEvent),
  bind(ResolveEvent, resolveEvent, showEvent),
]
