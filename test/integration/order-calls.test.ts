import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCallLine } from '../../src/composition/order-calls.ts'
import { talksWith } from '../../src/composition/order-sight.ts'
import { buildScreenPop } from '../../src/agent-desk/screen-pop.ts'
import type { CallFact } from '../../src/telephony/call-event.ts'
import type { Telephony } from '../../src/telephony/service.ts'
import type { Outcome } from '../../src/work-orders/registration-contract.ts'
import { testPii } from '../support/contacts.ts'
import { ordersApi, person, type OrdersApi, type Person } from '../support/orders-api.ts'
import { draft, startOrders, type OrdersWorld } from '../support/work-orders.ts'

/** Calls to requesters through the routes, on a real database; only Asterisk is played. */

type Asked = { callId: string; phone: string; number: string }

async function start(city = 'anshan-2019') {
  const asked: Asked[] = []
  const hungUp: string[] = []
  const phones = new Map<string, string>()
  const line = { answer: { sent: true } as { sent: boolean; why?: string }, state: 'notInUse' }
  let serial = 0
  const telephony = {
    phoneState: () => line.state,
    control: {
      placeOut: async () => ({
        callId: `n1-${1_795_000_000_000 + serial}.${serial++}`,
        node: 'n1',
        account: '12345',
      }),
      async callOut({ callId }: { callId: string }, phone: string, number: string) {
        asked.push({ callId, phone, number })
        return line.answer
      },
      async hangup(callId: string) {
        hungUp.push(callId)
        return { sent: true }
      },
    },
  } as unknown as Telephony
  const world: OrdersWorld = await startOrders(
    city,
    {},
    {
      talksWith: (agentId) => talksWith(() => world.contacts, { samePerson: async (id) => [id] })(agentId),
      line: createCallLine({
        pii: testPii,
        requesters: {
          lookupOf: (address) => world.requesters.lookupOf(address),
          profile: (id) => world.requesters.profile(id),
        },
        contacts: () => world.contacts,
        telephony: () => telephony,
        phones: () => null,
        phoneOfAgent: async (id) => phones.get(id) ?? null,
      }),
    },
  )
  const api = await ordersApi(world)
  return { world, api, asked, hungUp, phones, line }
}

let site: Awaited<ReturnType<typeof start>>
let world: OrdersWorld
let api: OrdersApi
beforeAll(async () => {
  site = await start()
  ;({ world, api } = site)
})
afterAll(async () => {
  await api.stop()
  await world.stop()
})

let serial = 8_000
/** Somebody with a telephone. */
function staff(role: Person['roles'][number], unit: string | null = null): Person {
  const one = person(`${role} ${(serial += 1)}`, role, unit)
  site.phones.set(one.id, String(2_000 + (serial % 1_000)))
  return one
}

const canary = '13800008888'

async function order(more: Partial<Outcome & { type: 'workOrder' }> = {}): Promise<string> {
  const contactId = await world.wrappedUp(`+86138000${(serial += 1)}8`)
  const { orders } = await world.register(
    contactId,
    draft({
      accept: true,
      leadUnit: 'lighting',
      requester: { kind: 'naturalPerson', name: '化名某乙', home: '示范小区3号楼', contact: canary },
      ...more,
    }),
  )
  return orders[0]!.number
}

type Call = {
  id: string
  contactId: string
  state: string
  result: string | null
  seconds: number | null
  code?: string
  cite?: string | null
}
const call = async (who: Person, number: string, purpose: string, status = 202): Promise<Call> => {
  const answer = await api.ask(who, 'POST', `/api/work-orders/${number}/calls`, { purpose })
  expect(answer.body, JSON.stringify(answer.body)).toBeDefined()
  expect(answer.status, JSON.stringify(answer.body)).toBe(status)
  return answer.body as unknown as Call
}

const callIdOf = async (contactId: string): Promise<string> => (await world.contacts.find(contactId))!.callId!

type Told = Pick<CallFact, 'type'> & Record<string, unknown>
async function tell(contactId: string, ...facts: Told[]): Promise<void> {
  const callId = await callIdOf(contactId)
  for (const fact of facts) {
    const known = { key: `${callId}/${fact.type}`, callId, node: 'n1', at: Date.now() }
    await world.contacts.calls.handle({ ...known, ...fact } as unknown as CallFact)
  }
  await world.workOrders.calls.sweep()
}

const answered = (phone: string): Told[] => [
  { type: 'outPhoneAnswered', phone },
  { type: 'callBridged', phone, legId: 'leg' },
]
const ended = (stage: string, wasAnswered: boolean): Told => ({
  type: 'callEnded',
  stage,
  cause: 16,
  phone: null,
  answered: wasAnswered,
})

const eventsOf = async (number: string, type = 'requesterCalled') =>
  world.db.query<{
    data: Record<string, unknown>
    role: string
    id: string
    cite: string | null
    version: number | null
  }>(
    `select e.data, e.actor_role as role, e.actor_id as id, e.cite, e.version
     from work_order_events e join work_orders o on o.id = e.order_id where o.number = $1 and e.type = $2 order by e.id`,
    [number, type],
  )

describe('a call to the requester of an order', () => {
  it('rings the own telephone, is on the ledger before, and leaves an event with purpose, result and time', async () => {
    const number = await order()
    const caller = staff('agent')
    const begun = await call(caller, number, 'inform')
    expect(begun).toMatchObject({ state: 'ringingYou', result: null })
    expect(site.asked.at(-1)).toEqual({
      callId: await callIdOf(begun.contactId),
      phone: site.phones.get(caller.id),
      number: canary,
    })
    const contact = await world.contacts.find(begun.contactId)
    expect(contact).toMatchObject({ direction: 'outbound', state: 'connecting', agentId: caller.id })
    expect((await world.contacts.loads([caller.id])).get(caller.id)).toMatchObject({ voice: 1 })

    await tell(begun.contactId, { type: 'outPhoneAnswered', phone: '2001' })
    const see = async () =>
      (await api.ask(caller, 'GET', `/api/work-orders/${number}/calls/${begun.id}`)).body as unknown as Call
    expect(await see()).toMatchObject({ state: 'ringingRequester' })
    await tell(begun.contactId, ...answered('2001'))
    expect(await see()).toMatchObject({ state: 'talking' })
    await tell(begun.contactId, ended('talk', true))
    expect(await see()).toMatchObject({ state: 'ended', result: 'reached' })
    expect(await world.contacts.find(begun.contactId)).toMatchObject({ end: 'completed', owedAt: null })
    expect((await world.contacts.loads([caller.id])).get(caller.id)).toBeUndefined()

    const [event, more] = await eventsOf(number)
    expect(more).toBeUndefined()
    expect(event).toMatchObject({
      role: 'agent',
      id: caller.id,
      version: null,
      data: { purpose: 'inform', result: 'reached', leg: null, contactId: begun.contactId },
    })
    expect(event!.data['seconds']).toBeGreaterThanOrEqual(0)
    expect(event!.cite).toContain('第十条')

    const lines = (await world.workOrders.accessLedgerFor(number, canary.slice(-4)))!
    expect(lines.find((line) => line.action.startsWith('通过平台拨打电话'))).toMatchObject({
      role: '坐席',
      unit: null,
    })
    // Its recording is found with the order, and the order with the contact.
    expect(await world.workOrders.ordersOfContacts([begun.contactId])).toEqual(
      new Map([[begun.contactId, [number]]]),
    )
  })

  it('shows the number nowhere: not to the API, the desk, the ledger, events or facts', async () => {
    const number = await order()
    const caller = staff('agent')
    const begun = await call(caller, number, 'hear')
    await tell(begun.contactId, ...answered('2002'))
    // While he speaks with him he is no agent to whom somebody has called.
    const order_ = await api.see(caller, number)
    expect(JSON.stringify(order_)).not.toContain(canary)
    expect(JSON.stringify(order_)).toContain('138****8888')
    const contact = (await world.contacts.find(begun.contactId))!
    const pop = await buildScreenPop(contact, {
      contacts: world.contacts,
      requesters: world.requesters,
      orders: {} as never,
      referrals: { emergencyWords: () => null },
      namesOf: async () => new Map(),
    })
    expect(pop).toMatchObject({ name: null, maskedAddress: null, links: [], requesterId: '' })
    await tell(begun.contactId, ended('talk', true))
    const lists = [
      (await api.ask(caller, 'GET', `/api/work-orders/${number}/calls`)).body,
      await world.contacts.eventsOf(begun.contactId),
      await world.db.query(`select * from access_ledger`),
      await world.db.query(`select * from work_order_events`),
      await world.db.query(`select * from call_facts`),
      await world.db.query(`select * from contacts`),
      await world.db.query(`select * from order_calls`),
      await world.db.query(`select * from outbox`),
    ]
    expect(JSON.stringify(lists)).not.toContain(canary)
  })

  it.each([
    ['busy', [{ type: 'outFailed', phone: '2', status: 'BUSY', cause: 17 }, ended('outDial', false)], 'busy'],
    ['declined', [{ type: 'outFailed', phone: '2', status: 'CHANUNAVAIL', cause: 21 }], 'declined'],
    ['not answered', [{ type: 'outFailed', phone: '2', status: 'NOANSWER', cause: 0 }], 'noAnswer'],
    [
      'of no allowed number',
      [{ type: 'outFailed', phone: '2', status: 'REFUSED', cause: 21 }],
      'numberNotAllowed',
    ],
    ['not taken by the caller himself', [ended('outPhone', false)], 'phoneNotAnswered'],
    ['called off', [ended('outDial', false)], 'cancelled'],
  ] as [string, Told[], string][])('that is %s is a result, too', async (_how, facts, result) => {
    const number = await order()
    const caller = staff('followUp')
    const begun = await call(caller, number, 'inform')
    await tell(begun.contactId, ...facts)
    expect(await world.contacts.find(begun.contactId)).toMatchObject({ state: 'ended', end: 'failed' })
    expect(await eventsOf(number)).toMatchObject([{ data: { result, seconds: 0 } }])
    // The line is free for the next try.
    await call(caller, number, 'inform')
  })

  it('whose gateway died is closed by the resync, and written into the order once', async () => {
    const number = await order()
    const begun = await call(staff('dispatcher'), number, 'inform')
    await tell(begun.contactId, { ...ended('talk', false), stage: null, recovered: true })
    await Promise.all([world.workOrders.calls.sweep(), world.workOrders.calls.sweep()])
    expect(await eventsOf(number)).toMatchObject([{ data: { result: 'interrupted', seconds: null } }])
  })

  it('that Asterisk never got ends at once, with 503', async () => {
    const number = await order()
    const caller = staff('agent')
    site.line.answer = { sent: false, why: 'nodeDown' }
    try {
      await call(caller, number, 'inform', 503)
    } finally {
      site.line.answer = { sent: true }
    }
    expect(await eventsOf(number)).toMatchObject([{ data: { result: 'interrupted' } }])
    await call(caller, number, 'inform')
  })

  it('is hung up by the one who made it, and by nobody else', async () => {
    const number = await order()
    const caller = staff('agent')
    const begun = await call(caller, number, 'inform')
    const path = `/api/work-orders/${number}/calls/${begun.id}/end`
    expect((await api.ask(staff('agent'), 'POST', path)).body.code).toBe('notYourCall')
    expect((await api.ask(caller, 'POST', path)).status).toBe(200)
    expect(site.hungUp.at(-1)).toBe(await callIdOf(begun.contactId))
  })

  it('is made by one person at a time, who has no other call, a free telephone, and not without end', async () => {
    const number = await order()
    const caller = staff('agent')
    const begun = await call(caller, number, 'inform')
    expect((await call(staff('agent'), number, 'inform', 409)).code).toBe('requesterInCall')
    expect((await call(caller, await order(), 'inform', 409)).code).toBe('youAreInCall')
    await tell(begun.contactId, ended('outPhone', false))
    site.line.state = 'inUse'
    expect((await call(caller, number, 'inform', 409)).code).toBe('phoneNotReady')
    site.line.state = 'notInUse'
    expect((await call(person('nobody', 'agent'), number, 'inform', 409)).code).toBe('noPhone')
    for (let n = 0; n < 5; n++)
      await tell((await call(caller, number, 'inform')).contactId, ended('outPhone', false))
    expect((await call(caller, number, 'inform', 409)).code).toBe('calledOften')
  })

  it('is counted as no repeat of his and offered to no queue', async () => {
    const number = await order()
    const [before] = await world.db.query(`select count(*)::int as n from work_order_contacts`)
    const begun = await call(staff('agent'), number, 'inform')
    await tell(begun.contactId, ...answered('2003'), ended('talk', true))
    expect(await world.db.query(`select count(*)::int as n from work_order_contacts`)).toEqual([before])
    const states = (await world.contacts.eventsOf(begun.contactId)).map(({ toState }) => toState)
    expect(states).not.toContain('queued')
    expect(states).not.toContain('wrapUp')
  })
})

describe('鞍山 2019 第二十六条: who may call', () => {
  const tipOff = { kind: 'tipOff' as const, confidential: true }

  it('举报: the confidential desk, and the leading unit that never sees who it is', async () => {
    const number = await order(tipOff)
    const refused = await call(staff('agent'), number, 'inform', 403)
    expect(refused).toMatchObject({ code: 'tipOffProtected' })
    expect(refused.cite).toContain('第二十六条')
    const unit = staff('unit', 'lighting')
    const begun = await call(unit, number, 'hear')
    expect(site.asked.at(-1)!.number).toBe(canary)
    expect((await world.contacts.find(begun.contactId))!.confidential).toBe(true)
    await tell(begun.contactId, ...answered('2004'), ended('talk', true))
    const seen = await api.see(unit, number)
    expect(JSON.stringify(seen)).not.toMatch(/8888|某乙/)
    const lines = (await world.workOrders.accessLedgerFor(number, canary.slice(-4)))!
    expect(lines.find((line) => line.action.startsWith('通过平台'))).toMatchObject({
      role: '承办单位',
      unit: '路灯管理处',
    })
    // The platform itself saw that the unit spoke with him.
    expect(await eventsOf(number, 'contacted')).toMatchObject([{ data: { leg: 1, way: '平台转接电话' } }])
    await call(staff('confidentialDesk'), number, 'inform')
  })

  it('a unit: not for what the platform does itself, and not without the order', async () => {
    const number = await order()
    const unit = staff('unit', 'lighting')
    expect(await call(unit, number, 'material', 403)).toMatchObject({ code: 'platformCalls' })
    const other = await api.ask(staff('unit', 'district'), 'POST', `/api/work-orders/${number}/calls`, {
      purpose: 'hear',
    })
    expect(other.status).toBe(404)
    expect((await call(unit, number, 'inform')).id).toBeTruthy()
  })

  it('nobody for whom the order does not exist, and each refusal is on record', async () => {
    const number = await order({ kind: 'complaint', accusedUnit: 'district' })
    const accused = await api.ask(staff('agent', 'district'), 'POST', `/api/work-orders/${number}/calls`, {
      purpose: 'inform',
    })
    expect(accused.status).toBe(404)
    expect((await call(staff('analyst'), await order(), 'inform', 403)).code).toBe('roleNotAllowed')
    expect((await call(staff('agent'), number, 'followUp', 409)).code).toBe('wrongState')
    expect(await eventsOf(number, 'attemptRefused')).toMatchObject([
      { data: { action: 'callRequester', refused: 'wrongState' } },
    ])
  })

  it('says beforehand what a person may call for, and why not', async () => {
    const number = await order(tipOff)
    const list = async (who: Person) =>
      (await api.ask(who, 'GET', `/api/work-orders/${number}/calls`)).body as unknown as {
        purposes: { purpose: string; allowed: boolean; reason: string | null; cite: string | null }[]
      }
    const desk = (await list(staff('confidentialDesk'))).purposes
    expect(desk.find(({ purpose }) => purpose === 'inform')).toMatchObject({ allowed: true, reason: null })
    expect(desk.find(({ purpose }) => purpose === 'followUp')!.allowed).toBe(false)
    for (const { allowed, cite } of (await list(staff('agent'))).purposes) {
      expect(allowed).toBe(false)
      expect(cite).not.toBeNull()
    }
  })

  it('without a telephone of his there is no call, and a wrong body is refused', async () => {
    const contactId = await world.wrappedUp(`+86138000${(serial += 1)}8`)
    const { orders } = await world.register(
      contactId,
      draft({ accept: true, leadUnit: 'lighting', requester: { kind: 'naturalPerson', contact: '见信件' } }),
    )
    await world.db.query(`update requester_links set undone_at = clock_timestamp(), undone_by = 'test'`)
    expect((await call(staff('agent'), orders[0]!.number, 'inform', 422)).code).toBe('noTelephone')
    await call(staff('agent'), orders[0]!.number, 'gossip', 400)
  })
})
