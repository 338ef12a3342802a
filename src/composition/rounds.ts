import type { Desk } from '../agent-desk/desk.ts'
import type { Log } from '../base/log.ts'
import type { Channels } from '../channels/service.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Queue } from '../queue/service.ts'
import type { ComposedMatters } from './matters.ts'
import type { Orders } from './orders.ts'
import type { Calls } from './telephony.ts'
import type { Upkeep } from './upkeep.ts'
import { createWaitingCallers } from './waiting-callers.ts'

type Parts = {
  contacts: Contacts
  queue: Queue
  channels: Channels
  calls: Calls | null
  desk: Desk
  orders: Orders
  matters: ComposedMatters
  log: Log
}

/** Nobody on shift: the duty telephone rings after this wait, ms. Local policy. */
const nobodyMs = 10_000

/** The rounds that every gateway makes; each finds what a bell that was never rung has left. */
export function makeRounds(upkeep: Upkeep, parts: Parts): void {
  const { contacts, queue, channels, calls, desk, orders, matters, log } = parts
  upkeep.every(1_000, 'wrap-ups and silence', () => contacts.conversations.sweep())
  upkeep.every(5_000, 'call backs', () => contacts.releaseCallBacks())
  upkeep.every(3_000, 'channels', () => channels.sweep())
  upkeep.every(5_000, 'deadlines and reminders', () => orders.sweep())
  upkeep.every(5_000, 'direct contacts', () => matters.direct.sweep())
  upkeep.every(2_000, 'exchange', () => matters.exchange.sweep())
  if (!calls) return
  const waiting = createWaitingCallers({
    contacts,
    queue,
    telephony: calls.telephony,
    anybodyOnShift: async () =>
      (await desk.presence.all()).some((a) => a.capacity.voice > 0 && a.phone !== null),
    async alarm(count) {
      for (const row of await desk.presence.signedIn())
        await desk.news.notice(row.agentId, 'warning', `有${count}位来电者在等候，当前无人接听电话。`)
    },
    nobodyMs,
    log,
  })
  upkeep.every(2_000, 'waiting callers', () => waiting.sweep())
}
