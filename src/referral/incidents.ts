import type { Actor } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { problem } from '../base/problem.ts'
import { sqlState, type Db, type Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import { dueOf } from '../statutes/deadline.ts'
import type { Incident, Statute } from '../statutes/statute.ts'
import { citesOf, valueOf } from '../statutes/types.ts'
import * as store from './store.ts'

/**
 * Disasters, accidents, public health and social security: the departments in charge are told in time and must
 * acknowledge (鞍山 2019 第二十条第三项). Who they are and how fast is the city's own practice and says so.
 */
export type IncidentParts = {
  db: Db
  statute: Statute
  calendar: () => Calendar
  log: Log
  /** Sends the notice to the duty telephones of a department; none may be configured. */
  send: (tx: Tx, notice: { id: string; department: string; text: string; round: number }) => Promise<void>
}

export type Incidents = ReturnType<typeof createIncidents>

/** Where neither statute nor city gives a limit. Local policy. */
const fallbackMs = 5 * 60_000

const foreignKeyViolation = '23503'

export function createIncidents(parts: IncidentParts) {
  const { db, statute, calendar, log, send } = parts
  const { incidents, incidentNotice, departments } = statute.topics.referral
  const term = statute.terms[valueOf(incidentNotice, '')]

  const labelOf = (incident: string): string =>
    valueOf(incidents, []).find((i) => i.code === incident)?.label ?? incident
  const wordsFor = (incident: string, department: string, again: boolean): string =>
    `【${statute.words.platform}】${again ? '再次通报' : '通报'}：收到一起${labelOf(incident)}类诉求，请${department}立即处置并回复确认。`

  async function report(
    tx: Tx,
    r: { contactId: string; incident: Incident; actor: Actor; at: Date },
  ): Promise<void> {
    const due = term && dueOf(term, r.at, calendar())
    const until = due && 'due' in due && due.due ? due.due : new Date(r.at.getTime() + fallbackMs)
    for (const department of valueOf(departments, {} as Record<Incident, string[]>)[r.incident] ?? []) {
      const id = newId()
      const fresh = await store.insertNotice(tx, {
        id,
        contactId: r.contactId,
        incident: r.incident,
        department,
        cite: citesOf(incidentNotice),
        madeAt: r.at,
        due: until,
        localPolicy: term?.basis !== 'law',
      })
      if (fresh) await send(tx, { id, department, text: wordsFor(r.incident, department, false), round: 0 })
    }
  }

  return {
    report,

    /**
     * While the caller is still on the line: the departments need not wait for an order.
     * @throws Problem 404
     */
    async raise(contactId: string, incident: Incident, actor: Actor): Promise<void> {
      await db.tx(async (tx) => {
        const at = await store.databaseNow(tx)
        await report(tx, { contactId, incident, actor, at }).catch((error: unknown) => {
          if (sqlState(error) === foreignKeyViolation)
            throw problem(404, 'unknownContact', '没有这次联络', '请刷新页面后再试。')
          throw error
        })
      })
    },

    /** Unanswered notices are repeated until somebody answers. */
    async sweep(): Promise<number> {
      return db.tx(async (tx) => {
        const late = await store.remind(tx, 50)
        for (const n of late) {
          log.error(
            { notice: n.id, incident: n.incident, reminders: n.reminders },
            'incident notice not acknowledged',
          )
          await send(tx, {
            id: n.id,
            department: n.department,
            text: wordsFor(n.incident, n.department, true),
            round: n.reminders,
          })
        }
        return late.length
      })
    },

    open: () => store.openNotices(db, 200),
    ofContact: (contactId: string) => store.noticesOfContact(db, contactId),

    async acknowledge(id: string, actor: Actor): Promise<store.Notice> {
      const notice = await store.acknowledge(db, id, actor.id)
      if (!notice) throw problem(404, 'unknownNotice', '没有这条通报', '请刷新后重新选择。')
      return notice
    },
  }
}
