import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.ts'
import type { Pii } from '../base/pii.ts'
import type { Outgoing } from '../channels/outgoing/service.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Jobs } from '../queue/jobs.ts'
import type { Requesters } from '../requesters/service.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import type { Statute } from '../statutes/statute.ts'
import { createIntegrityFile } from '../integrity-file/service.ts'
import { integrityRoutes } from '../integrity-file/routes.ts'
import { recordAccess } from '../staff/ledger.ts'
import type { Recordings } from '../telephony/recording.ts'
import { unitRoutes } from '../units/routes.ts'
import { createUnits } from '../units/service.ts'
import { createAnnouncer } from '../work-orders/announce.ts'
import type { BellParts } from '../work-orders/bells.ts'
import { untilWords } from '../work-orders/due-words.ts'
import { findOwner } from '../work-orders/lookup.ts'
import { onMissed } from '../work-orders/rules/supervision-automatic.ts'
import { createOversight, oversightBell, type OversightBell } from '../work-orders/supervise-watch.ts'
import { createStaffInbox } from '../work-orders/staff-inbox.ts'
import { staffInboxRoutes } from '../work-orders/staff-inbox-routes.ts'
import { createNoticeSending } from './notices.ts'
import type { Sending } from './sending.ts'

/**
 * What watches over orders from outside: notices to requesters and units, supervision by counting, the units' records,
 * and the integrity file.
 */
export type OversightOfOrders = ReturnType<typeof composeOversight>

type Parts = {
  db: Db
  pii: Pii
  clock: Clock
  statute: Statute
  statutes: Statutes
  calendar: () => Calendar
  jobs: Pick<Jobs, 'handle'>
  requesters: Requesters
  sending: Pick<Sending, 'notice' | 'noticeTo'>
  contacts: () => Pick<Contacts, 'find'>
  outgoing: () => Pick<Outgoing, 'check' | 'enqueue'>
  recordings: () => Pick<Recordings, 'ofCall' | 'keepFor'> | null
}

/** Counting again what bells have told of is only for the case that Redis was lost. */
const countAgainMs = 10 * 60_000

type Announce = NonNullable<BellParts['announce']>

export function composeOversight(parts: Parts) {
  const { db, clock, statute, statutes, calendar, jobs, requesters } = parts
  const units = createUnits({
    db,
    clock,
    statute,
    calendar,
    tell: (tx, unit, key, { text, name, until }) =>
      notices.tellUnit(tx, unit, key, [
        { text, template: { name, params: { until } } },
        { text, template: { name: 'unitNews', params: { number: '首问责任管理办法', until } } },
      ]),
  })
  const notices = createNoticeSending({ ...parts, units })
  const inbox = createStaffInbox({ db, clock })
  const announcer = createAnnouncer({
    statutes,
    ...notices,
    tellStaff: inbox.tell,
  })
  const oversight = createOversight({
    db,
    clock,
    calendar,
    statutes,
    personsOf: (tx: Tx, ids) => requesters.personsOf(tx, ids),
    announce: announcer.announce,
  })
  const { sending, contacts, recordings } = parts
  const integrity = createIntegrityFile({
    db,
    pii: parts.pii,
    clock,
    statute,
    requesters,
    orderOf: findOwner,
    contactOf: (tx, id) => contacts().find(id, tx),
    recordings: {
      isOfCall: async (callId, id) =>
        ((await recordings()?.ofCall(callId)) ?? []).some((recording) => recording.id === id),
      keepFor: async (id, reason) => recordings()?.keepFor(id, reason),
    },
    async tellMeasure(tx, contactId, measureId, until, cite) {
      const end = untilWords(until)
      const text = `经研究，${end}您的来电和消息排在其他诉求之后处理（依据${cite}），紧急求助不受影响。如有异议，可以来电申请更正。`
      const template = { name: 'numberMeasure', params: { until: end } }
      await sending.notice(tx, contactId, `measure-${measureId}`, { text, template })
    },
    record: recordAccess,
  })
  jobs.handle<OversightBell>(oversightBell.queue, oversightBell.name, async (bell) => {
    await oversight.check(bell)
  })

  const announce: Announce = async (tx, order, events, by) => {
    await announcer.announce(tx, order, events, by)
    await oversight.watch(tx, order, events)
  }
  const missed: NonNullable<BellParts['onMissed']> = async (_tx, order, bell, by) => onMissed(order, bell, by)
  let countedAt = 0

  return {
    units,
    integrity,
    tellUnit: notices.tellUnit,
    announce,
    onMissed: missed,
    registered: announcer.registered,
    raised: oversight.raised,
    async sweep(): Promise<void> {
      await units.sweep()
      await integrity.sweep()
      if (performance.now() - countedAt < countAgainMs && countedAt > 0) return
      countedAt = performance.now()
      await oversight.sweep()
    },
    async staffRoutes(app: FastifyInstance): Promise<void> {
      await app.register(unitRoutes, { units })
      await app.register(integrityRoutes, { integrity })
      await app.register(staffInboxRoutes, { inbox })
    },
  }
}
