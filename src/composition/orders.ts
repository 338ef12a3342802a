import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { DeskReferrals } from '../agent-desk/ports.ts'
import type { DeskNews } from '../agent-desk/service.ts'
import type { Actor, Role } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { toE164 } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import { createWorkingCalendar } from '../calendar/service.ts'
import type { Outgoing } from '../channels/outgoing/service.ts'
import type { Media } from '../channels/wechat/media.ts'
import type { Config } from '../config/config.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Db, Tx } from '../db/pool.ts'
import { dispatchDirectoryRoutes } from '../dispatch-directory/routes.ts'
import { createDispatchDirectory } from '../dispatch-directory/service.ts'
import { centreUnit } from '../knowledge-base/model.ts'
import { createKnowledgeDuties } from '../knowledge-base/duties/service.ts'
import { createKnowledgeSupervision } from '../knowledge-base/duties/supervision.ts'
import { knowledgeRoutes } from '../knowledge-base/routes.ts'
import { createKnowledgeBase } from '../knowledge-base/service.ts'
import type { Jobs } from '../queue/jobs.ts'
import { createIncidents } from '../referral/incidents.ts'
import { referralRoutes } from '../referral/routes.ts'
import { createReferrals } from '../referral/service.ts'
import type { Requesters } from '../requesters/service.ts'
import { recordAccess } from '../staff/ledger.ts'
import type { Staff } from '../staff/staff.ts'
import { createStatutes } from '../statutes/registry.ts'
import type { Phones } from '../telephony/phones.ts'
import type { Recordings } from '../telephony/recording.ts'
import type { Telephony } from '../telephony/service.ts'
import { createBells, type BellData } from '../work-orders/bells.ts'
import { callRoutes } from '../work-orders/call-routes.ts'
import { orderFileRoutes } from '../work-orders/file-routes.ts'
import { workOrderRoutes } from '../work-orders/routes.ts'
import type { OrderRow } from '../work-orders/rows.ts'
import { createWorkOrders, type WorkOrderParts } from '../work-orders/service.ts'
import { statuteRoutes } from '../work-orders/statute-routes.ts'
import { createUnitRegister } from '../work-orders/units.ts'
import { createClosing } from './closing.ts'
import { registrationNotice } from './notices.ts'
import { knowledgeReminder } from './knowledge-notices.ts'
import { callRecordings, requesterFiles } from './order-files.ts'
import { createCallLine } from './order-calls.ts'
import { talksWith } from './order-sight.ts'
import { composeOversight } from './oversight.ts'
import { createInsight } from './analysis.ts'
import type { Sending } from './sending.ts'

/** The legal side of the gateway: statute, referral, knowledge, work orders; and its faces towards the others. */
export type Orders = ReturnType<typeof createOrders>

type Parts = {
  config: Config
  db: Db
  pii: Pii
  clock: Clock
  log: Log
  jobs: Jobs
  requesters: Requesters
  sending: Sending
  outgoing: () => Outgoing
  telephony: () => Telephony | null
  contacts: () => Contacts
  news: () => DeskNews
  phoneOfAgent: (agentId: string) => Promise<string | null>
  media: () => Media | null
  recordings: () => Recordings | null
  phones: () => Phones | null
  postsOf: Staff['postsOf']
  /** In the transaction that changes an order: platforms that it concerns. */
  orderChanged: (tx: Tx, order: OrderRow) => Promise<void>
}

export function createOrders(parts: Parts) {
  const { config, db, pii, clock, log, jobs, requesters, sending, outgoing, telephony, contacts, news } =
    parts
  const statutes = createStatutes(config.limits)
  const statute = statutes.of(config.city)
  const workingCalendar = createWorkingCalendar({ db, log })
  const calendar = workingCalendar.current
  const knowledge = createKnowledgeBase(db, clock, statute)

  const control = () => telephony()?.control ?? null
  const referrals = createReferrals({
    db,
    statute,
    clock,
    log,
    calls: {
      startReferral: async (callId, number) =>
        (await control()?.startReferral(callId, number)) ?? { sent: false, why: 'CHANUNAVAIL' },
      cancelReferral: async (callId) => (await control()?.cancelReferral(callId)) ?? { sent: false },
      lineState: async (callId, number) => (await control()?.lineState(callId, number)) ?? null,
      async agentLeaves(callId) {
        const contact = await contacts().byCallId(callId)
        const phone = contact?.agentId ? await parts.phoneOfAgent(contact.agentId) : null
        return (phone && (await control()?.agentLeaves(callId, phone))) || { sent: false }
      },
    },
    contacts: {
      find: (id) => contacts().find(id),
      sayOnce: (tx, contactId, key, text) => contacts().conversations.sayOnce(tx, contactId, key, text),
      textOf: (messageId) => contacts().textOf(messageId),
      agentDone: async (contactId, actor) => {
        await contacts().door.apply(
          contactId,
          { type: 'conversationEnded' },
          { actor, data: { reason: 'takenOver' } },
        )
      },
    },
    changed: (contactId) => news().referralChanged(contactId),
  })

  const incidents = createIncidents({
    db,
    statute,
    calendar,
    log,
    async send(tx, { id, department, text, round }) {
      const numbers = config.incidentNotices[department] ?? []
      if (numbers.length === 0) log.error({ notice: id }, 'no telephone configured for a department')
      for (const [n, to] of numbers.entries())
        await outgoing().enqueue(tx, {
          key: `incident-${id}-${round}-${n}`,
          channel: 'sms',
          to,
          purpose: 'notice',
          content: { text, template: { name: 'incident', params: { text } } },
          about: `incident:${id}`,
        })
    },
  })

  const oversight = composeOversight({ ...parts, statute, statutes, calendar })

  const announce: NonNullable<WorkOrderParts['announce']> = async (tx, order, events, by) => {
    await oversight.announce(tx, order, events, by)
    await parts.orderChanged(tx, order)
  }
  const files = requesterFiles(contacts, parts.media)
  const recordings = callRecordings(contacts, parts.recordings)
  const workOrders = createWorkOrders({
    db,
    clock,
    pii,
    statute,
    statutes,
    calendar,
    knowledge,
    referrals: { told: referrals.told, reportIncident: incidents.report },
    directory: (tx, order, chosen) => directory.against(tx, order, chosen),
    reportLacking: (tx, { what, unit, actor }) => knowledgeLacks(tx, what, unit, actor),
    describe: (tx, requesterId, said) => requesters.describe(tx, requesterId, said),
    async phoneOf(tx, contact) {
      const address = await contacts().addressOf(contact.id, tx)
      return address?.sealed && address.channel !== 'wechat' ? toE164(pii.open(address.sealed)) : null
    },
    notify: registrationNotice({ pii, sending }),
    announce,
    registered: oversight.registered,
    raised: oversight.raised,
    record: recordAccess,
    postsOf: parts.postsOf,
    talksWith: talksWith(contacts, requesters),
    attachmentsDir: join(config.dataDir, 'attachments'),
    requesterFiles: files,
    recordings,
    line: createCallLine(parts),
    integrityFlag: async (requesterId) => (await requesters.profile(requesterId))?.integrityFlag ?? false,
  })

  const knowledgeSupervision = createKnowledgeSupervision(db)
  const knowledgeDuties = createKnowledgeDuties({
    db,
    clock,
    statute,
    calendar,
    units: () => workOrders.units(),
    supervise: knowledgeSupervision.supervise,
    remind: knowledgeReminder(oversight.tellUnit),
  })

  /** Whoever answered without an item reports what is missing, as he could from the page of the knowledge base. */
  async function knowledgeLacks(tx: Tx, what: string, unit: string | null, actor: Actor): Promise<void> {
    const role = actor.role as Role
    const person = { id: actor.id, role, roles: [role], unit: null }
    await knowledgeDuties.errors.reportIn(tx, person, { unitCode: unit ?? centreUnit, what })
  }

  const register = createUnitRegister(db)
  const directory = createDispatchDirectory({ db, clock, statute, units: (tx) => register.all(tx) })

  const closing = createClosing({ db, clock, pii, statute, statutes, calendar, contacts, files, recordings })

  const insight = createInsight({ db, pii, clock, log, statute, statutes, calendar })

  const bells = createBells({
    db,
    clock,
    statutes,
    calendar,
    onMissed: oversight.onMissed,
    announce,
  })
  jobs.handle<BellData>('deadlines', 'workOrderDue', (data) => bells.ring(data))
  jobs.handle<{ contactId: string; messageId: string }>(
    'referrals',
    'emergencyText',
    ({ contactId, messageId }) => referrals.answerText(contactId, messageId),
  )

  return {
    statute,
    statutes,
    workOrders,
    knowledge,
    referrals: {
      ofContact: referrals.ofContact,
      refer: referrals.refer,
      takenOver: referrals.takenOver,
      cancel: (id, _actor) => referrals.cancel(id),
      contactOf: referrals.contactOf,
      emergencyWords: referrals.emergencyWords,
    } satisfies DeskReferrals,
    onCallFact: referrals.onCallFact,
    callerGone: referrals.callerGone,
    screen(text: string) {
      const seen = referrals.screen(text)
      return { emergency: seen.emergency, urgent: seen.urgentCode !== undefined }
    },
    workingCalendar,
    async seed() {
      await workingCalendar.refresh()
      await referrals.seed()
    },
    async sweep() {
      await workingCalendar.refresh()
      await bells.sweep()
      await bells.remind()
      await bells.recompute()
      await incidents.sweep()
      await referrals.sweep()
      await workOrders.calls.sweep()
      await oversight.sweep()
      await knowledgeDuties.sweep()
      await insight.sweep()
    },
    /** Public law and its clock: no sign-in, but a limit of their own. */
    async publicRoutes(app: FastifyInstance): Promise<void> {
      await app.register(statuteRoutes, {
        calendar,
        statutes,
        limits: { max: 120, timeWindow: 60_000 },
      })
      await app.register(insight.publicRoutes)
    },
    async staffRoutes(app: FastifyInstance): Promise<void> {
      await app.register(workOrderRoutes, { workOrders, samePerson: requesters.samePerson })
      await app.register(orderFileRoutes, { workOrders })
      await app.register(callRoutes, { calls: workOrders.calls })
      await app.register(dispatchDirectoryRoutes, { directory })
      await closing.staffRoutes(app)
      await app.register(referralRoutes, { referrals, incidents })
      await oversight.staffRoutes(app)
      await app.register(knowledgeRoutes, {
        knowledge,
        duties: knowledgeDuties,
        supervision: knowledgeSupervision,
      })
      await app.register(insight.staffRoutes)
    },
  }
}
