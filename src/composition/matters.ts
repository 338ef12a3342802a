import type { FastifyInstance } from 'fastify'
import { system } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { toE164 } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import { Problem } from '../base/problem.ts'
import type { Contact } from '../contacts/model.ts'
import type { Registrar } from '../contacts/registration.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { ExchangeOrder } from '../exchange/contract.ts'
import type { Platform } from '../exchange/model.ts'
import type { ExchangeMatters, ExchangeOrders } from '../exchange/ports.ts'
import { exchangeRoutes } from '../exchange/routes.ts'
import { createExchange } from '../exchange/service.ts'
import { sourceOf } from '../matters/decide/entry.ts'
import { directRoutes } from '../matters/direct/routes.ts'
import { createDirectRegister } from '../matters/direct/service.ts'
import type { MatterOrders } from '../matters/ports.ts'
import { matterRoutes } from '../matters/routes.ts'
import { createMatters } from '../matters/service.ts'
import type { Requesters } from '../requesters/service.ts'
import { recordAccess } from '../staff/ledger.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import type { Statute } from '../statutes/statute.ts'
import type { OrderView } from '../work-orders/contract.ts'
import type { Registered } from '../work-orders/registration-contract.ts'
import type { OrderRow } from '../work-orders/rows.ts'
import { handedOn } from '../work-orders/rules/onward.ts'
import type { Viewer, WorkOrders } from '../work-orders/service.ts'

/** Matters by hand, of units asked directly and of other platforms; and what of them goes back to the platforms. */
export type ComposedMatters = ReturnType<typeof composeMatters>

type Parts = {
  db: Db
  pii: Pii
  clock: Clock
  log: Log
  statute: Statute
  statutes: Statutes
  calendar: () => Calendar
  platforms: readonly Platform[] | null
  requesters: Pick<Requesters, 'describe'>
  contacts: () => Pick<Contacts, 'matters' | 'addressOf'>
  workOrders: Pick<
    WorkOrders,
    'register' | 'registrar' | 'ordersOfContacts' | 'similar' | 'list' | 'detail' | 'units'
  >
  /** Rings after a commit that has something for the outbox. */
  wake: () => void
}

export function composeMatters(parts: Parts) {
  const { db, pii, clock, log, statute, statutes, calendar, platforms, contacts, workOrders } = parts

  const orders: MatterOrders = {
    async register(tx, input) {
      const registered = await workOrders.register(tx, input)
      await exchange.contactRegistered(tx, input.matter.contactId)
      return registered
    },
    registered: (contactId, actor) => workOrders.registrar.find(contactId, actor),
    numbersOf: (contactIds, viewer) => workOrders.ordersOfContacts(contactIds, viewer),
    similar: (text, viewer) =>
      text.trim() === '' ? Promise.resolve([]) : workOrders.similar(text, [], viewer),
  }
  const matters = createMatters({ db, clock, statute, contacts: () => contacts().matters, orders })

  const direct = createDirectRegister({
    db,
    clock,
    pii,
    log,
    statute,
    statutes,
    calendar,
    units: () => workOrders.units(),
    matters,
    record: recordAccess,
  })

  const exchange = createExchange({
    db,
    pii,
    statute,
    platforms,
    matters: mattersOfPlatforms(parts, matters),
    orders: ordersForPlatforms(workOrders),
  })

  /** Where a matter came from and when the centre received it go with its orders, whoever registers it. */
  const registrar: Registrar<unknown, Registered> = {
    async register(tx, input) {
      const matter = await matterOf(tx, input.contact)
      const registered = matter
        ? await workOrders.register(tx, { ...input, matter })
        : await workOrders.registrar.register(tx, input)
      await exchange.contactRegistered(tx, input.contact.id)
      return registered
    },
    find: (contactId, actor) => workOrders.registrar.find(contactId, actor),
  }

  async function matterOf(tx: Tx, contact: Contact) {
    if (contact.channel !== 'web') return null
    const [matter] = await matters.ofContacts([contact.id], tx)
    if (!matter) return null
    const address = await contacts().addressOf(contact.id, tx)
    return {
      contactId: contact.id,
      requesterId: contact.requesterId,
      channel: matter.source,
      raisedAt: matter.receivedAt,
      phone: address?.sealed ? toE164(pii.open(address.sealed)) : null,
    }
  }

  return {
    matters,
    direct,
    exchange,
    registrar,
    /** In the transaction that changes an order: the platforms that it concerns hear of it. */
    orderChanged: (tx: Tx, order: OrderRow): Promise<void> =>
      exchange.orderChanged(tx, async () => ({
        number: order.number,
        kind: order.kind,
        category: order.category,
        tipOff: order.confidential === 'tipOff' || order.kind === 'tipOff',
        matters: await matters.ofContacts(order.contactIds, tx),
        handedOnTo: handedOn(order).map(({ said }) => said.to),
      })),
    async staffRoutes(app: FastifyInstance): Promise<void> {
      await app.register(matterRoutes, { matters })
      await app.register(directRoutes, { register: direct })
    },
    /** For machines with a token: no session. */
    async exchangeRoutes(app: FastifyInstance): Promise<void> {
      await app.register(exchangeRoutes, { exchange, limits: { max: 600, timeWindow: 60_000 } })
    },
  }
}

function mattersOfPlatforms(
  { pii, statute, requesters, wake }: Parts,
  matters: ReturnType<typeof createMatters>,
): ExchangeMatters {
  return {
    find: matters.find,
    byId: matters.byId,
    ofContacts: (contactIds) => matters.ofContacts(contactIds),
    labelOf: (platform) => sourceOf(statute, platform)?.channel.label ?? `其他平台（${platform}）`,
    async receive(platform, { phone, requester, ...said }) {
      const received = await matters.receive(
        platform,
        { ...said, sealedPhone: phone === null ? null : pii.seal(phone) },
        system(`exchange:${platform}`),
        async (tx, requesterId) => {
          if (Object.keys(requester).length > 0) await requesters.describe(tx, requesterId, requester)
        },
      )
      if (!received.repeated) wake()
      return received
    },
  }
}

/** A platform sees what an analyst sees, and of that only the course of an order: no person and no words. */
function ordersForPlatforms(workOrders: Pick<WorkOrders, 'list' | 'detail' | 'registrar'>): ExchangeOrders {
  const viewerOf = (platform: string | null): Viewer => ({
    actor: system(platform === null ? 'exchange' : `exchange:${platform}`),
    roles: ['analyst'],
    unitCode: null,
  })
  return {
    async ofContact(contactId, platform) {
      const { views } = await workOrders.list({ contactId, limit: 50 }, viewerOf(platform))
      return views.map(courseOf)
    },
    async byNumber(number, platform) {
      try {
        return courseOf(await workOrders.detail(number, viewerOf(platform)))
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null
        throw error
      }
    },
    async outcomesOf(contactId) {
      const registered = await workOrders.registrar.find(contactId, system('exchange'))
      return registered?.outcomes ?? null
    },
  }
}

function courseOf(view: OrderView): ExchangeOrder {
  const next = view.deadlines.find((d) => d.metAt === null && !d.right)
  return {
    number: view.number,
    state: view.state,
    statute: view.statute,
    kind: view.kind,
    category: view.category,
    confidential: view.confidentialLevel !== 'normal',
    urgent: view.urgent,
    raisedAt: view.raisedAt,
    leadUnit: view.leadUnit,
    mergedInto: view.mergedInto,
    due: next?.due ?? null,
    cite: next?.cite ?? null,
    overdue: view.deadlines.some((d) => d.overdue && d.metAt === null),
  }
}
