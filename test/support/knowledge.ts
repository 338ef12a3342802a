import { randomUUID } from 'node:crypto'
import type { Role } from '../../src/base/actor.ts'
import { createPool } from '../../src/db/pool.ts'
import type { KnowledgeDraft } from '../../src/knowledge-base/contract.ts'
import { createKnowledgeDuties, type KnowledgeDutyParts } from '../../src/knowledge-base/duties/service.ts'
import { createKnowledgeSupervision } from '../../src/knowledge-base/duties/supervision.ts'
import type { Person } from '../../src/knowledge-base/model.ts'
import type { Reminder, SupervisionMatter } from '../../src/knowledge-base/ports.ts'
import { createKnowledgeBase } from '../../src/knowledge-base/service.ts'
import { anshanDraft } from '../../src/statutes/anshan-draft/index.ts'
import type { Calendar } from '../../src/statutes/calendar.ts'
import { stateCouncilCalendar } from '../../src/statutes/state-council.ts'
import type { Statute } from '../../src/statutes/statute.ts'
import { silentLog } from './contacts.ts'
import { freshDatabase } from './services.ts'

export const person = (role: Role, unit: string | null = null): Person => ({
  id: randomUUID(),
  role,
  roles: [role],
  unit,
})

/** A search of the first ten that match, as the desk asks. */
export const asking = (q: string, more: object = {}) => ({ q, limit: 10, offset: 0, ...more })

/** An item of the heating office, in force since New Year. */
export const knowledgeDraft = (
  title: string,
  body: string,
  more: Partial<KnowledgeDraft> = {},
): KnowledgeDraft => ({
  unitCode: 'heating',
  title,
  body,
  source: { name: '供热管理办法', article: '第十条' },
  validFrom: '2026-01-01',
  ...more,
})

/** The knowledge base on a database of its own, under a statute, with a clock that the test turns. */
export async function startKnowledge(statute: Statute = anshanDraft) {
  const database = await freshDatabase()
  const db = createPool(database.url, silentLog)
  const time = { now: new Date('2026-03-02T10:00+08:00') }
  const clock = (): Date => time.now
  const calendars: { current: Calendar } = { current: stateCouncilCalendar() }
  const matters: SupervisionMatter[] = []
  const reminders: Reminder[] = []
  const supervision = createKnowledgeSupervision(db)
  const parts = {
    db,
    clock,
    statute,
    calendar: () => calendars.current,
    units: async () => [
      { code: 'heating', name: '供热管理办公室' },
      { code: 'housing', name: '住房和城乡建设局' },
    ],
    supervise: async (...[tx, matter]: Parameters<typeof supervision.supervise>) => {
      matters.push(matter)
      await supervision.supervise(tx, matter)
    },
    remind: async (_tx: unknown, reminder: Reminder) => void reminders.push(reminder),
  }
  const at = (instant: string): void => void (time.now = new Date(instant))
  return {
    db,
    time,
    at,
    calendars,
    matters,
    reminders,
    supervision,
    base: createKnowledgeBase(db, clock, statute),
    duties: createKnowledgeDuties(parts),
    /** Another gateway on the same database. */
    otherGateway: (more: Partial<KnowledgeDutyParts> = {}) => createKnowledgeDuties({ ...parts, ...more }),
    async stop() {
      await db.end()
      await database.drop()
    },
  }
}

export type KnowledgeWorld = Awaited<ReturnType<typeof startKnowledge>>
