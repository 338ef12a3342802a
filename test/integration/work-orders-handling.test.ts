import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor, Role } from '../../src/base/actor.ts'
import { apply } from '../../src/work-orders/apply.ts'
import type { OrderEvent, WorkOrder } from '../../src/work-orders/model.ts'
import type { Outcome } from '../../src/work-orders/registration-contract.ts'
import { eventsOf } from '../../src/work-orders/reads-store.ts'
import type { Command } from '../../src/work-orders/rules/registry.ts'
import { lockOrder } from '../../src/work-orders/store.ts'
import { draft, startOrders, type OrdersWorld } from '../support/work-orders.ts'

const ids = new Map<string, string>()
/** One person of each role and unit: whoever applies is never the one who answers. */
function person(role: Role, unitCode: string | null = null) {
  const key = `${role} ${unitCode}`
  ids.set(key, ids.get(key) ?? randomUUID())
  const actor: Actor = { kind: 'staff', id: ids.get(key)!, role }
  return { actor, roles: [role], unitCode }
}

let serial = 61_000
function storyOf(world: OrdersWorld) {
  const at = (instant: string): void => void (world.time.now = new Date(instant))
  const ring = async (): Promise<void> => {
    while ((await world.bells.sweep()) > 0);
  }
  return {
    at,
    ring,
    async begin(more: Parameters<typeof draft>[0] = {}): Promise<string> {
      at('2026-03-02T10:00+08:00')
      const contactId = await world.wrappedUp(`+86138000${++serial}`)
      const { category: _, ...plain } = draft(more) as Outcome & { type: 'workOrder' }
      const { orders } = await world.register(contactId, plain)
      return orders[0]!.number
    },
    act: (number: string, role: Role, command: Command, unit: string | null = null) =>
      world.workOrders.act(number, command, person(role, unit)),
    async due(number: string, term: string, unit: string | null): Promise<string | null> {
      const { deadlines } = await world.workOrders.detail(number, person('dispatcher'))
      return deadlines.find((d) => d.term === term && d.unit === unit)?.due ?? null
    },
  }
}

/** The order as its events make it, from the form in which it was inserted. */
async function replayed(world: OrdersWorld, number: string): Promise<[WorkOrder, WorkOrder]> {
  const row = (await lockOrder(world.db, number))!
  const events = await eventsOf(world.db, row.id)
  const split = events[0]?.type === 'splitFrom'
  const [{ facts } = { facts: '' }] = await world.db.query<{ facts: string }>(
    `select facts from work_orders where number = $1`,
    [number],
  )
  const stored = pick(row)
  const first: WorkOrder = {
    ...stored,
    state: split ? 'accepted' : 'registered',
    version: 0,
    facts: split ? facts : '小区门口路灯不亮三天了。',
    handlingClass: null,
    legs: [],
    procedures: [],
    acceptedAt: split ? row.acceptedAt : null,
    concludedAt: null,
  }
  const made = events
    .filter((e) => e.type !== 'attemptRefused')
    .reduce((order, { type, data, at, actorId, actorRole }) => {
      const event = { type, ...(data as object) } as OrderEvent
      const by = { id: actorId, role: actorRole } as Actor
      return apply(order, event, { at, by })
    }, first)
  return [pick(made), stored]
}

const pick = ({ ...row }: WorkOrder): WorkOrder => ({
  id: row.id,
  number: row.number,
  statute: row.statute,
  state: row.state,
  version: row.version,
  sourceChannel: row.sourceChannel,
  raisedAt: row.raisedAt,
  registeredAt: row.registeredAt,
  kind: row.kind,
  handlingClass: row.handlingClass,
  category: row.category,
  title: row.title,
  facts: row.facts,
  place: row.place,
  requesterId: row.requesterId,
  confidential: row.confidential,
  urgent: row.urgent,
  incident: row.incident,
  accusedUnitId: row.accusedUnitId,
  accusedStaffId: row.accusedStaffId,
  missing: row.missing,
  legs: row.legs,
  procedures: row.procedures,
  audits: row.audits,
  followUps: row.followUps,
  rating: row.rating,
  mergedInto: row.mergedInto,
  acceptedAt: row.acceptedAt,
  concludedAt: row.concludedAt,
})

const told = { way: '电话', text: '已告知' }

describe('handling under the draft of Anshan', () => {
  let world: OrdersWorld
  beforeAll(async () => {
    world = await startOrders('anshan-draft')
  })
  afterAll(() => world.stop())

  it('material, wrong unit, extension, another law: one order from beginning to feedback', async () => {
    const { at, ring, begin, act, due } = storyOf(world)
    const number = await begin()
    await act(number, 'agent', { action: 'requestMaterial', items: ['产权证明'], told })
    at('2026-03-09T23:59+08:00')
    const early = act(number, 'agent', { action: 'closeForMaterial', tell: '可以重新提出' })
    await expect(early).rejects.toMatchObject({ code: 'materialNotYetDue', status: 409 })
    at('2026-03-10T09:00+08:00')
    await ring()
    const closed = await act(number, 'agent', { action: 'closeForMaterial', tell: '可以重新提出' })
    expect(closed.state).toBe('terminated')
    at('2026-03-11T09:00+08:00')
    await act(number, 'agent', { action: 'reopen', reason: '材料已补齐' })
    expect(await due(number, 'ASD-D02', null)).toBe('2026-03-13T00:00:00+08:00')

    await act(number, 'agent', { action: 'accept' })
    await act(number, 'dispatcher', { action: 'dispatch', leadUnit: 'district' })
    const papers = [{ code: 'notOurDuty', paper: '三定规定' }]
    await act(number, 'unit', { action: 'applySendBack', reason: '不属于本区', papers }, 'district')
    at('2026-03-19T09:00+08:00')
    await ring()
    const back = await act(number, 'dispatcher', { action: 'decideSendBack', approve: true, reason: '属实' })
    // C-07: the overdue mark of the wrong unit is gone with its clocks; that it was late stays on record.
    expect(back.state).toBe('accepted')
    expect(back.deadlines.filter((d) => d.unit === 'district' && d.overdue && d.metAt === null)).toEqual([])
    expect(back.events.some((e) => e.type === 'deadlineMissed')).toBe(true)

    await act(number, 'dispatcher', { action: 'dispatch', leadUnit: 'lighting', coUnits: ['petition'] })
    await act(number, 'dispatcher', { action: 'releaseCoUnit', unit: 'petition', reason: '不再需要' })
    const application: Command = {
      action: 'applyExtension',
      reason: '等待配件',
      progress: '已勘查',
      measures: '采购',
      by: { unit: 'workingDay', count: 5 },
      told,
    }
    await act(number, 'unit', application, 'lighting')
    expect(await due(number, 'ASD-D05', 'lighting')).toBe('2026-03-27T00:00:00+08:00')
    // Nobody answers for a working day: the approver is alarmed.
    at('2026-03-23T08:00+08:00')
    await ring()
    const { events } = await world.workOrders.detail(number, person('centreLeader'))
    expect(events.at(-1)).toMatchObject({ type: 'deadlineMissed', data: { term: 'EXTENSION-DECISION' } })
    const alarm = (await world.workOrders.detail(number, person('office'))).deadlines
    expect(alarm.find((d) => d.term === 'EXTENSION-DECISION')).toMatchObject({
      name: '答复延期申请',
      localPolicy: true,
      overdue: true,
    })
    await act(number, 'centreLeader', { action: 'decideExtension', approve: true, reason: '属实' })
    expect(await due(number, 'ASD-D05', 'lighting')).toBe('2026-04-03T00:00:00+08:00')
    expect(await due(number, 'ASD-D06', 'lighting')).toBe('2026-04-03T00:00:00+08:00')
    // 累计 is counted from the first delivery, to the wrong unit.
    expect(await due(number, 'ASD-D07', null)).toBe('2026-05-12T00:00:00+08:00')

    const law: Command = {
      action: 'applyOtherLaw',
      law: '某某条例',
      article: '第九条',
      within: { unit: 'month', count: 3 },
    }
    const under = await act(number, 'unit', law, 'lighting')
    expect(under.deadlines.find((d) => d.term === 'ASD-D05')?.otherLaw).toEqual({
      law: '某某条例',
      article: '第九条',
      localDue: '2026-04-03T00:00:00+08:00',
    })
    // 2026-06-19 is the Dragon Boat Festival.
    expect(await due(number, 'ASD-D05', 'lighting')).toBe('2026-06-23T00:00:00+08:00')
    expect(await due(number, 'ASD-D07', null)).toBe('2026-06-12T00:00:00+08:00')
    await expect(act(number, 'unit', application, 'lighting')).rejects.toMatchObject({
      code: 'limitOfOtherLaw',
      fields: { cite: expect.stringContaining('第十五条') },
    })
    const done = await act(
      number,
      'unit',
      { action: 'feedBack', result: '已修复', solved: true, told },
      'lighting',
    )
    expect(done.state).toBe('fedBack')
    const [made, stored] = await replayed(world, number)
    expect(made).toEqual(stored)
  })

  it('lets one of two win who answer the same application at once', async () => {
    const { begin, act } = storyOf(world)
    const number = await begin({ accept: true, leadUnit: 'lighting' })
    const papers = [{ code: 'notOurDuty', paper: '三定规定' }]
    await act(number, 'unit', { action: 'applySendBack', reason: '不属于本单位', papers }, 'lighting')
    const answers = await Promise.allSettled(
      [true, false, true].map((approve) =>
        act(number, approve ? 'dispatcher' : 'teamLead', {
          action: 'decideSendBack',
          approve,
          reason: '核实',
        }),
      ),
    )
    expect(answers.filter((a) => a.status === 'fulfilled')).toHaveLength(1)
    for (const a of answers) if (a.status === 'rejected') expect(a.reason).toMatchObject({ status: 409 })
    const [made, stored] = await replayed(world, number)
    expect(made).toEqual(stored)
  })
})

describe('handling in Baiyin', () => {
  let world: OrdersWorld
  beforeAll(async () => {
    world = await startOrders('baiyin-2024', {
      'BY24-D04': { unit: 'workingDay', count: 3 },
      'BY24-D05': { unit: 'workingDay', count: 5 },
    })
  })
  afterAll(() => world.stop())

  it('第十一条第（二）项: makes the orders of a split with it, or nothing at all', async () => {
    const { at, begin, act, due } = storyOf(world)
    const number = await begin({ accept: true, leadUnit: 'lighting', requester: { contact: '13800005678' } })
    at('2026-03-03T09:00+08:00')
    const part = { title: '井盖缺失', facts: '人行道井盖缺失。', unit: 'district' }
    const wrong: Command = {
      action: 'split',
      reason: '两个单位',
      parts: [part, { ...part, unit: 'nowhere' }],
    }
    const before = await count(world)
    await expect(act(number, 'dispatcher', wrong)).rejects.toMatchObject({ code: 'unitUnknown' })
    expect(await count(world)).toBe(before)

    const view = await act(number, 'dispatcher', { action: 'split', reason: '两个单位', parts: [part] })
    const event = view.events.findLast((e) => e.type === 'split')!
    const [{ number: other }] = (event.data as { into: [{ number: string }] }).into
    const beside = await world.workOrders.detail(other, person('dispatcher'))
    expect(beside).toMatchObject({
      state: 'dispatched',
      parent: number,
      title: '井盖缺失',
      leadUnit: 'district',
      raisedAt: view.raisedAt,
      contactIds: view.contactIds,
    })
    // Raised and accepted once: only the unit's own limits run, from the day on which it got its part.
    expect(beside.deadlines.map((d) => d.unit)).toEqual(beside.deadlines.map(() => 'district'))
    expect(await due(other, 'BY24-D05', 'district')).toBe('2026-03-11T00:00:00+08:00')
    // The requester finds it by its number and his own last four digits, though nobody opened his identity.
    expect(await world.workOrders.progress(other, '5678')).toMatchObject({ number: other })

    // Split once more, it stands beside the first under the same parent.
    const again = await act(other, 'dispatcher', {
      action: 'split',
      reason: '三个单位',
      parts: [{ ...part, unit: 'petition' }],
    })
    const last = (again.events.findLast((e) => e.type === 'split')!.data as { into: [{ number: string }] })
      .into[0].number
    expect(await world.workOrders.detail(last, person('dispatcher'))).toMatchObject({ parent: number })
    for (const one of [number, other, last]) {
      const [made, stored] = await replayed(world, one)
      expect(made).toEqual(stored)
    }
  })

  it('第十五条: what could not be finished in time is explained afterwards, and the new day holds at once', async () => {
    const { at, ring, begin, act, due } = storyOf(world)
    const number = await begin({ accept: true, leadUnit: 'lighting' })
    at('2026-03-11T09:00+08:00')
    await ring()
    expect(await due(number, 'BY24-D06', 'lighting')).toBe('2026-03-12T00:00:00+08:00')
    const view = await act(
      number,
      'unit',
      {
        action: 'applyExtension',
        reason: '历史遗留',
        progress: '协调中',
        measures: '会商',
        by: { unit: 'month', count: 1 },
        told,
      },
      'lighting',
    )
    expect(view.deadlines.find((d) => d.term === 'BY24-D05')).toMatchObject({
      due: '2026-04-10T00:00:00+08:00',
      overdue: false,
    })
    expect(view.deadlines.find((d) => d.term === 'BY24-D06')).toMatchObject({ overdue: false })
    expect(view.actions.map((a) => a.action)).not.toContain('decideExtension')
  })
})

describe('handling in Dandong', () => {
  let world: OrdersWorld
  beforeAll(async () => {
    world = await startOrders('dandong-first-asked')
  })
  afterAll(() => world.stop())

  it('第十三条、第十七条: urgent hand-over, class, three papers', async () => {
    const { at, begin, act, due } = storyOf(world)
    const number = await begin({ accept: true })
    await act(number, 'dispatcher', {
      action: 'dispatch',
      leadUnit: 'lighting',
      class: 'general',
      urgentSituation: 'lift',
    })
    const desk = { name: '值班室', position: '值班', phone: '13800001111' }
    const head = { name: '值班科长', position: '科长', phone: '13800002222' }
    await world.db.query(`update units set contacts = $1 where code = 'lighting'`, [
      JSON.stringify([desk, head]),
    ])
    const calling = async (role: Role, unit: string | null = null) =>
      (await world.workOrders.detail(number, person(role, unit))).urgentCalling
    expect(await calling('agent')).toMatchObject({ unit: 'lighting', situation: 'lift', next: desk })
    for (const [role, unit] of [
      ['unit', 'lighting'],
      ['supervisor', null],
      ['analyst', null],
    ] as const)
      expect(await calling(role, unit).catch(() => undefined)).toBeUndefined()
    await act(number, 'agent', { action: 'logUrgentCall', name: '值班室', answered: false })
    expect(await calling('dispatcher')).toMatchObject({ next: head })
    const said = await world.db.query(`select data from work_order_events where data::text like '%1380000%'`)
    expect(said).toEqual([])
    await act(number, 'agent', { action: 'logUrgentCall', name: '分管领导', answered: true })
    at('2026-03-02T10:20+08:00')
    const arrival = '2026-03-02T10:40:00+08:00'
    const sent = await act(number, 'unit', { action: 'confirmOnTheWay', arrival }, 'lighting')
    expect(sent.deadlines.find((d) => d.term === 'DD-D09')).toMatchObject({ overdue: false })
    expect(await calling('agent')).toBeUndefined()

    await act(number, 'dispatcher', { action: 'classify', class: 'complex', reason: '涉及多个产权单位' })
    expect(await due(number, 'DD-D05', 'lighting')).toBe('2026-03-24T00:00:00+08:00')
    expect(await due(number, 'DD-D04', 'lighting')).toBeNull()

    at('2026-03-12T00:00+08:00')
    const papers = ['establishmentOffice', 'cityLeader', 'statement'].map((code) => ({ code, paper: '文件' }))
    const late = act(number, 'unit', { action: 'applySendBack', reason: '不属于', papers }, 'lighting')
    await expect(late).rejects.toMatchObject({ code: 'sendBackTooLate', status: 409 })
    await act(
      number,
      'unit',
      {
        action: 'escalate',
        rung: 'cityLeader',
        reason: '协调难',
        participants: ['市政府'],
        grounds: ['hardToCoordinate'],
      },
      'lighting',
    )
    const decided = await act(number, 'centreLeader', {
      action: 'recordDecision',
      solved: true,
      decision: '由示范区政府牵头',
      decidedBy: '市政府分管领导',
      leadUnit: 'district',
      coUnits: ['petition'],
    })
    expect(decided.leadUnit).toBe('district')
    const [made, stored] = await replayed(world, number)
    expect(made).toEqual(stored)
  })
})

async function count(world: OrdersWorld): Promise<number> {
  const [row] = await world.db.query<{ n: number }>(`select count(*)::integer as n from work_orders`)
  return row!.n
}
