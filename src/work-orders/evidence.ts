import { system } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { storable } from '../base/storable.ts'
import type { Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import { proceduresOf } from './procedures.ts'
import { nextProcedure } from './rules/rule.ts'
import * as store from './store.ts'
import { writeEvents } from './write-events.ts'

/** What other parts of the program, such as accountability, may ask of an order and put on it. */
export type EvidenceParts = { clock: Clock; calendar: () => Calendar; statutes: Statutes }

const actor = system('accountability')

export function createEvidence({ clock, calendar, statutes }: EvidenceParts) {
  return {
    /** The order as evidence; its row is locked until the transaction ends. Null: no such order. */
    async find(tx: Tx, number: string) {
      const order = await store.lockOrder(tx, storable(number))
      if (!order) return null
      const accused = order.accusedUnitId === null ? [] : [order.accusedUnitId]
      return {
        id: order.id,
        number: order.number,
        statute: order.statute.slug,
        registeredAt: order.registeredAt,
        units: [...new Set([...order.legs.map((leg) => leg.unitId), ...accused])],
      }
    },

    /** Proposes on the order to hand the matter on. @returns false where that is proposed or waits for its receipt */
    async propose(
      tx: Tx,
      number: string,
      { cite, ...said }: { to: string; grounds: string[]; reason: string; cite: string | null },
    ): Promise<boolean> {
      const order = await store.lockOrder(tx, number)
      if (!order) return false
      if (proceduresOf(order, 'onward').some((p) => p.said.to === said.to && p.closedAt === null))
        return false
      const statute = statutes.of(order.statute.slug)
      await writeEvents(
        tx,
        order,
        [
          {
            type: 'opened',
            kind: 'onward',
            n: nextProcedure(order),
            leg: null,
            said: { ...said, dossier: null, proposed: true },
          },
        ],
        { actor, at: clock(), cite, statute, calendar: calendar() },
      )
      return true
    },
  }
}
