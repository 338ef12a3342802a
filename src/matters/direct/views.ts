import type { Clock } from '../../base/clock.ts'
import { maskName, maskPhone } from '../../base/phone.ts'
import type { Pii } from '../../base/pii.ts'
import { problem } from '../../base/problem.ts'
import type { Role } from '../../base/actor.ts'
import type { Db } from '../../db/pool.ts'
import { formatInstant } from '../../statutes/calendar.ts'
import type { Statutes } from '../../statutes/registry.ts'
import type { Statute } from '../../statutes/statute.ts'
import { firstAsked, whyNoClock } from '../decide/direct.ts'
import type { DirectContact, Person } from '../model.ts'
import * as clocks from './clock-store.ts'
import type { DirectDetail, DirectView } from './contract.ts'
import type { Keep } from './ports.ts'
import * as store from './store.ts'

type Parts = { db: Db; clock: Clock; pii: Pii; statutes: Statutes; record: Keep }

/** Everybody of the centre and above it; a unit sees its own register. */
export const overseers: readonly Role[] = [
  'dispatcher',
  'teamLead',
  'agent',
  'supervisor',
  'centreLeader',
  'office',
]

/** How a direct contact looks. Identity is masked but for the unit that has to answer, which is on the ledger. */
export function createDirectViews({ db, clock, pii, statutes, record }: Parts) {
  const unknown = () => problem(404, 'directUnknown', '没有这条首问登记', '请刷新列表后重新选择。')
  const seesAll = (person: Person): boolean => person.roles.some((role) => overseers.includes(role))

  /** Whose register is listed: a unit's own, whatever it asks for. */
  const unitSeen = (person: Person, asked: string | null): string | null =>
    seesAll(person) ? asked : (person.unit ?? '')

  async function of(rows: readonly DirectContact[], whole = false): Promise<DirectView[]> {
    const all = await clocks.clocksOf(
      db,
      rows.map((d) => d.id),
    )
    const now = clock()
    return rows.map((d) => {
      const own = all.filter((c) => c.directId === d.id)
      const statute = statutes.of(d.statute)
      const waits = d.settledAt === null && !own.some((c) => c.metAt === null && c.voidedAt === null)
      return {
        id: d.id,
        unit: d.unitCode,
        form: d.form,
        kind: d.kind,
        duty: d.duty,
        state: d.state,
        summary: d.summary,
        otherUnits: d.otherUnits,
        receivedAt: formatInstant(d.receivedAt),
        registeredAt: formatInstant(d.registeredAt),
        registeredBy: { id: d.registeredBy, role: d.registeredRole },
        settledAt: d.settledAt && formatInstant(d.settledAt),
        requester: requesterView(d, whole),
        order: d.orderNumber,
        firstAsked: firstAsked(statute),
        clocks: own.map((c) => clockView(c, statute, now)),
        noClock: waits ? whyNoClock(statute, d) : null,
      }
    })
  }

  function requesterView(d: DirectContact, whole: boolean): DirectView['requester'] {
    const shown = (sealed: string | null, mask: (text: string) => string | null): string | null => {
      if (sealed === null) return null
      const text = pii.open(sealed)
      return whole ? text : mask(text)
    }
    return {
      kind: d.requesterKind,
      name: shown(d.nameSealed, maskName),
      home: shown(d.homeSealed, () => null),
      contact: shown(d.contactSealed, maskPhone),
    }
  }

  return {
    unknown,
    unitSeen,
    of,

    /** @throws Problem 404 for another unit's, too */
    async detail(id: string, person: Person): Promise<DirectDetail> {
      const d = await store.findDirect(db, id)
      const ownUnit = d !== null && d.unitCode === person.unit
      if (!d || !(ownUnit || seesAll(person))) throw unknown()
      if (ownUnit)
        await record(db, {
          actor: { kind: 'staff', id: person.id, role: person.role },
          action: 'contactOpened',
          subject: { kind: 'directContact', id },
        })
      const [[view], events] = await Promise.all([of([d], ownUnit), store.eventsOf(db, id)])
      return {
        ...view!,
        events: events.map((e) => ({
          type: e.type,
          at: formatInstant(e.at),
          by: { id: e.actorId, role: e.actorRole },
          cite: e.cite,
          data: e.data,
        })),
      }
    },
  }
}

/** Overdue at `due` itself, the first instant that is too late. */
function clockView(c: clocks.ClockRow, statute: Statute, now: Date): DirectView['clocks'][number] {
  const instant = (at: Date | null): string | null => (at ? formatInstant(at) : null)
  return {
    term: c.term,
    name: statute.terms[c.term]?.name ?? c.term,
    startedAt: formatInstant(c.startedAt),
    due: formatInstant(c.due),
    provisional: c.provisional,
    localPolicy: c.localPolicy,
    cite: c.cite,
    metAt: instant(c.metAt),
    missedAt: instant(c.missedAt),
    voidedAt: instant(c.voidedAt),
    overdue: c.missedAt !== null || (c.metAt ?? c.voidedAt ?? now) >= c.due,
  }
}
