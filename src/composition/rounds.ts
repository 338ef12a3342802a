import type { Desk } from '../agent-desk/desk.ts'
import type { AgentRow } from '../agent-desk/model.ts'
import type { Log } from '../base/log.ts'
import type { Channels } from '../channels/service.ts'
import type { Contacts } from '../contacts/service.ts'
import type { AgentFacts } from '../queue/ports.ts'
import type { Queue } from '../queue/service.ts'
import type { Staff } from '../staff/staff.ts'
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
  staff: Pick<Staff, 'administration'>
  orders: Orders
  matters: ComposedMatters
  log: Log
}

/** Nobody on shift: the duty telephone rings after this wait, ms. Local policy. */
const nobodyMs = 10_000

/**
 * PURE. Somebody takes calls now, or will when the one he has is over and registered. Who has paused, was set aside because he
 * did not answer, or has no phone in reach is signed in and yet nobody for a caller: the duty telephone is better than music.
 */
export function onShift(rows: readonly AgentRow[], facts: readonly AgentFacts[]): boolean {
  return rows.some((row) => {
    if (row.intent !== 'available' || row.notResponding !== null) return false
    const his = facts.find((one) => one.agentId === row.agentId)
    if (!his || his.capacity.voice === 0) return false
    const inReach = row.phoneReady && (row.mode === 'phone' || row.phoneTab)
    return his.load.voice > 0 || inReach
  })
}

/** The rounds that every gateway makes; each finds what a bell that was never rung has left. */
export function makeRounds(upkeep: Upkeep, parts: Parts): void {
  const { contacts, queue, channels, calls, desk, staff, orders, matters, log } = parts
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
    anybodyOnShift: async () => {
      const [rows, facts] = await Promise.all([desk.presence.signedIn(), desk.presence.all()])
      return onShift(rows, facts)
    },
    async alarm(count) {
      const [rows, staffed] = await Promise.all([desk.presence.signedIn(), staff.administration.list()])
      const leads = staffed.filter((one) => !one.disabled && one.roles.includes('teamLead'))
      for (const id of new Set([...rows.map((row) => row.agentId), ...leads.map((one) => one.id)]))
        await desk.news.notice(id, 'warning', `有${count}位来电者在等候，当前无人接听电话。`)
    },
    nobodyMs,
    log,
  })
  upkeep.every(2_000, 'waiting callers', () => waiting.sweep())
}
