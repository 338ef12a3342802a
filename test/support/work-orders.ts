import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { system, type Actor, type Role } from '../../src/base/actor.ts'
import { contactLimits, createContactDoor, createContacts } from '../../src/contacts/service.ts'
import { createPool } from '../../src/db/pool.ts'
import { createKnowledgeBase } from '../../src/knowledge-base/service.ts'
import { createRequesters } from '../../src/requesters/service.ts'
import { recordAccess } from '../../src/staff/ledger.ts'
import type { Limits } from '../../src/statutes/configured.ts'
import type { Calendar } from '../../src/statutes/calendar.ts'
import { createStatutes } from '../../src/statutes/registry.ts'
import { stateCouncilCalendar } from '../../src/statutes/state-council.ts'
import { createBells } from '../../src/work-orders/bells.ts'
import type { Outcome, Registered } from '../../src/work-orders/registration-contract.ts'
import { onMissed } from '../../src/work-orders/rules/supervision-automatic.ts'
import {
  createWorkOrders,
  type OrderNotice,
  type Viewer,
  type WorkOrderParts,
} from '../../src/work-orders/service.ts'
import { seedUnits } from '../../src/work-orders/store.ts'
import { silentLog, sms, testPii } from './contacts.ts'
import { freshDatabase, runFolder } from './services.ts'

export const agentId = randomUUID()
export const agent: Actor = { kind: 'staff', id: agentId, role: 'agent' }
export const viewer = (role: Role, unitCode: string | null = null): Viewer => ({
  actor: { kind: 'staff', id: agentId, role },
  roles: [role],
  unitCode,
})

/** Contacts and work orders on a database of their own, with a clock that the test turns. */
export async function startOrders(
  city = 'anshan-2019',
  limits: Limits = {},
  more: Partial<WorkOrderParts> = {},
) {
  const statutes = createStatutes(limits)
  const database = await freshDatabase()
  const db = createPool(database.url, silentLog)
  const time = { now: new Date('2026-03-02T10:00+08:00') }
  const clock = (): Date => time.now
  const calendars: { current: Calendar } = { current: stateCouncilCalendar() }
  const calendar = (): Calendar => calendars.current
  /** Units of people of staff, null for those of the centre. */
  const people = new Map<string, string | null>()
  const notices: OrderNotice[] = []
  const told: Record<string, unknown>[] = []
  const incidents: { contactId: string; incident: string }[] = []
  /** What the knowledge base was said to lack. */
  const lacking: { what: string; unit: string | null }[] = []
  const requesters = createRequesters(db, testPii)
  const knowledge = createKnowledgeBase(db, clock, statutes.of(city))
  const door = createContactDoor(db, contactLimits)

  const workOrders = createWorkOrders({
    db,
    clock,
    pii: testPii,
    statute: statutes.of(city),
    statutes,
    calendar,
    knowledge,
    referrals: {
      async told(_tx, record) {
        told.push(record)
        return randomUUID()
      },
      async reportIncident(_tx, incident) {
        incidents.push(incident)
      },
    },
    reportLacking: async (_tx, what) => void lacking.push(what),
    describe: (tx, requesterId, said) => requesters.describe(tx, requesterId, said),
    async phoneOf(tx, contact) {
      const address = await contacts.addressOf(contact.id, tx)
      return address?.sealed ? testPii.open(address.sealed) : null
    },
    notify: async (_tx, notice) => void notices.push(notice),
    record: recordAccess,
    attachmentsDir: join(runFolder(), `attachments-${randomUUID()}`),
    postsOf: async (_tx, ids) =>
      new Map(
        ids.flatMap((id) =>
          people.has(id) ? [[id, { unit: people.get(id) ?? null, ledByOther: people.get(id) !== null }]] : [],
        ),
      ),
    ...more,
  })

  const contacts = createContacts(door, {
    db,
    requesters,
    screen: () => ({ emergency: false, urgent: false }),
    requirementFor: () => ({}),
    seal: testPii.seal,
    wake: () => {},
    log: silentLog,
    listeners: {
      deviceState: async () => {},
      agentOfPhone: async () => null,
      phoneFailed: async () => {},
      emergency: async () => {},
      arrived: async () => {},
      stranded: async () => {},
    },
    send: async () => {},
    registrar: workOrders.registrar,
    limits: contactLimits,
  })

  await seedUnits(db, [
    { code: 'lighting', name: '路灯管理处', leader: '主任', deputy: '副主任' },
    { code: 'district', name: '示范区政府', leader: '区长', deputy: '副区长' },
    { code: 'petition', name: '信访局', leader: '局长', deputy: '副局长', petitionOffice: true },
  ])

  /** A text contact of this number that its agent has just finished. */
  async function wrappedUp(phone: string): Promise<string> {
    const [accepted] = await contacts.intake.accept([
      sms(phone, '你好', { receivedAt: time.now.toISOString() }),
    ])
    const contactId = accepted!.contactId!
    for (const fact of [
      { type: 'offered', agentId },
      { type: 'accepted', agentId },
      { type: 'connected' },
      { type: 'conversationEnded' },
    ] as const) {
      const applied = await contacts.door.apply(contactId, fact, { actor: system('test') })
      if (!applied.ok) throw new Error(`${fact.type}: ${applied.refused}`)
    }
    return contactId
  }

  return {
    db,
    contacts,
    requesters,
    knowledge,
    workOrders,
    bells: createBells({
      db,
      clock,
      calendar,
      statutes,
      onMissed: async (_tx, order, bell, by) => onMissed(order, bell, by),
    }),
    statutes,
    time,
    calendars,
    notices,
    people,
    told,
    incidents,
    lacking,
    wrappedUp,
    register: (contactId: string, ...outcomes: Outcome[]): Promise<Registered> =>
      contacts.register(contactId, randomUUID(), outcomes, agent),
    async stop() {
      await db.end()
      await database.drop()
    },
  }
}

export type OrdersWorld = Awaited<ReturnType<typeof startOrders>>

/** An order with every element of 第十八条; `more` takes away or adds. */
export const draft = (more: Partial<Outcome & { type: 'workOrder' }> = {}): Outcome => ({
  type: 'workOrder',
  title: '路灯不亮',
  facts: '小区门口路灯不亮三天了。',
  kind: 'help',
  category: 2,
  place: '铁西区示范路1号',
  requester: { kind: 'naturalPerson', name: '化名某甲', home: '示范小区2号楼', contact: '13800000001' },
  confidential: false,
  accept: false,
  ...more,
})
