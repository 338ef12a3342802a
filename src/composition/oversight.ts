import type { FastifyInstance } from 'fastify'
import type { Clock } from '../base/clock.ts'
import type { Outgoing } from '../channels/outgoing/service.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Jobs } from '../queue/jobs.ts'
import type { Requesters } from '../requesters/service.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import type { Statute } from '../statutes/statute.ts'
import { unitRoutes } from '../units/routes.ts'
import { createUnits } from '../units/service.ts'
import { createAnnouncer } from '../work-orders/announce.ts'
import type { BellParts } from '../work-orders/bells.ts'
import { onMissed } from '../work-orders/rules/supervision-automatic.ts'
import { createOversight, oversightBell, type OversightBell } from '../work-orders/supervise-watch.ts'
import { createNoticeSending } from './notices.ts'
import type { Sending } from './sending.ts'

/** What watches over orders from outside: notices to requesters and units, supervision by counting, the units' records. */
export type OversightOfOrders = ReturnType<typeof composeOversight>

type Parts = {
  db: Db
  clock: Clock
  statute: Statute
  statutes: Statutes
  calendar: () => Calendar
  jobs: Pick<Jobs, 'handle'>
  requesters: Pick<Requesters, 'samePerson' | 'personsOf'>
  sending: Pick<Sending, 'notice'>
  contacts: () => Pick<Contacts, 'find'>
  outgoing: () => Pick<Outgoing, 'check' | 'enqueue'>
}

/** Counting again what bells have told of is only for the case that Redis was lost. */
const countAgainMs = 10 * 60_000

type Announce = NonNullable<BellParts['announce']>

export function composeOversight(parts: Parts) {
  const { db, clock, statute, statutes, calendar, jobs, requesters } = parts
  const units = createUnits({ db, clock, statute, calendar })
  const announcer = createAnnouncer({ statutes, ...createNoticeSending({ ...parts, units }) })
  const oversight = createOversight({
    db,
    clock,
    calendar,
    statutes,
    personsOf: (tx: Tx, ids) => requesters.personsOf(tx, ids),
    announce: announcer.announce,
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
    announce,
    onMissed: missed,
    registered: announcer.registered,
    raised: oversight.raised,
    async sweep(): Promise<void> {
      await units.sweep()
      if (performance.now() - countedAt < countAgainMs && countedAt > 0) return
      countedAt = performance.now()
      await oversight.sweep()
    },
    async staffRoutes(app: FastifyInstance): Promise<void> {
      await app.register(unitRoutes, { units })
    },
  }
}
