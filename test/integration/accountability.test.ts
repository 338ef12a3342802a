import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountabilityRoutes } from '../../src/accountability/routes.ts'
import { createAccountability, type Accountability } from '../../src/accountability/service.ts'
import type { DecisionBody } from '../../src/accountability/contract.ts'
import { roles, type Actor, type Role } from '../../src/base/actor.ts'
import { problems } from '../../src/http/problems.ts'
import { recordAccess } from '../../src/staff/ledger.ts'
import { createEvidence } from '../../src/work-orders/evidence.ts'
import { createDossiers } from '../../src/work-orders/dossier-service.ts'
import { dossierRoutes } from '../../src/work-orders/dossier-routes.ts'
import { createOwed } from '../../src/work-orders/owed.ts'
import { owedRoutes } from '../../src/work-orders/owed-routes.ts'
import type { Command } from '../../src/work-orders/rules/registry.ts'
import { testPii } from '../support/contacts.ts'
import { draft, startOrders, viewer, type OrdersWorld } from '../support/work-orders.ts'

const office: Actor = { kind: 'staff', id: randomUUID(), role: 'office' }
let world: OrdersWorld
let accountability: Accountability
let serial = 50_000
const app = Fastify()

beforeAll(async () => {
  world = await startOrders('dandong-first-asked')
  const { db, statutes } = world
  const clock = (): Date => world.time.now
  const calendar = () => world.calendars.current
  accountability = createAccountability({
    db,
    clock,
    statute: statutes.of('dandong-first-asked'),
    statutes,
    orders: createEvidence({ clock, calendar, statutes }),
  })
  // Sessions are the staff slice's; here a header says who asks.
  app.decorateRequest('staff', null)
  app.decorateRequest('actor', null)
  app.decorateRequest('stage', null)
  app.addHook('onRequest', async (request) => {
    const role = request.headers['x-role'] as Role | undefined
    if (!role) return
    request.staff = {
      id: office.id,
      username: role,
      displayName: role,
      roles: [role],
      attributes: {},
      capacity: { voice: 0, text: 0 },
      unitId: null,
      sessionHash: '',
    }
    request.stage = 'full'
  })
  await app.register(problems)
  await app.register(accountabilityRoutes, { accountability })
  const parts = { db, clock, statutes, record: recordAccess }
  await app.register(owedRoutes, { owed: createOwed(parts) })
  await app.register(dossierRoutes, {
    dossiers: createDossiers({ ...parts, pii: testPii, contactsOf: async () => [] }),
  })
})
afterAll(async () => {
  await app.close()
  await world.stop()
})

const at = (instant: string): void => void (world.time.now = new Date(`${instant}+08:00`))
async function orderOf(unit: string): Promise<string> {
  const contactId = await world.wrappedUp(`+86138000${++serial}`)
  const { orders } = await world.register(contactId, draft({ accept: true }))
  const { number } = orders[0]!
  await world.workOrders.act(
    number,
    { action: 'dispatch', leadUnit: unit, class: 'general' },
    viewer('dispatcher'),
  )
  return number
}
const decision = (order: string, more: Partial<DecisionBody> = {}): DecisionBody => ({
  unit: 'lighting',
  ground: 'evasion',
  order,
  decidedBy: '市营商局',
  document: '追责〔2026〕1号',
  decidedOn: world.time.now.toISOString().slice(0, 10),
  outcome: 'held',
  ...more,
})
const proposalsOn = async (number: string) =>
  (await world.workOrders.detail(number, viewer('supervisor'))).procedures.filter((p) => p.kind === 'onward')

async function ask(role: Role | null, method: 'GET' | 'POST', url: string, payload?: object) {
  const response = await app.inject({
    method,
    url,
    headers: role ? { 'x-role': role } : {},
    ...(payload ? { payload } : {}),
  })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}

describe('丹东第二十二条至第二十四条 责任追究', () => {
  it('第二十三条第（四）项: the second within a year proposes to pass clues on, on the order that shows it', async () => {
    at('2026-03-02T10:00')
    const first = await orderOf('lighting')
    const recorded = await accountability.record(decision(first), office)
    expect(recorded).toMatchObject({
      proposed: false,
      record: { ground: { code: 'evasion' }, cite: expect.stringContaining('第二十二条'), order: first },
      window: { count: 1, atLeast: 2, passClues: false },
    })
    at('2027-02-26T10:00')
    const second = await orderOf('lighting')
    const again = await accountability.record(decision(second, { ground: 'leftUndone' }), office)
    expect(again).toMatchObject({
      proposed: true,
      window: { count: 2, passClues: true, says: expect.stringContaining('移交线索') },
    })
    expect(await proposalsOn(first)).toEqual([])
    expect(await proposalsOn(second)).toMatchObject([
      { said: { to: 'clues', proposed: true, reason: expect.stringContaining(first) }, closedAt: null },
    ])
    const { events } = await world.workOrders.detail(second, viewer('supervisor'))
    expect(events.at(-1)).toMatchObject({
      type: 'opened',
      actor: { kind: 'system', id: 'accountability' },
      cite: expect.stringContaining('第二十三条第（四）项'),
    })

    // A person takes it up; without the records the ground would have been refused.
    const handOn: Command = {
      action: 'handOn',
      to: 'clues',
      grounds: ['repeatedAccountability'],
      reason: '一年内二次',
    }
    await expect(world.workOrders.act(first, handOn, viewer('office'))).rejects.toMatchObject({
      code: 'groundNotShown',
    })
    await world.workOrders.act(second, handOn, viewer('office'))
    expect((await proposalsOn(second)).map((p) => p.verdict)).toEqual(['handedOn', null])

    const { on, items } = await accountability.windows()
    expect(on).toBe('2027-02-26')
    expect(items).toMatchObject([
      { unit: 'lighting', count: 2, passClues: true, records: [{ countsUntil: '2027-03-02' }, {}] },
    ])
    at('2027-03-03T10:00')
    expect((await accountability.windows()).items).toMatchObject([{ unit: 'lighting', count: 1 }])
    at('2028-03-03T10:00')
    expect((await accountability.windows()).items).toEqual([])
  })

  it('counts two decisions at once one after the other', async () => {
    at('2026-05-06T10:00')
    const orders = [await orderOf('district'), await orderOf('district')]
    const both = await Promise.all(
      orders.map((number) => accountability.record(decision(number, { unit: 'district' }), office)),
    )
    expect(both.map((r) => r.proposed).sort()).toEqual([false, true])
  })

  it('第二十二条: the centre itself is held responsible, too', async () => {
    at('2026-05-07T10:00')
    const { unit: _unit, ...said } = decision(await orderOf('lighting'), { ground: 'rudeness' })
    const { record } = await accountability.record(said, office)
    expect(record.unit).toBeNull()
    expect((await accountability.records({ unit: null, limit: 5 })).items).toMatchObject([{ id: record.id }])
  })

  it('is corrected by further records, and never edited', async () => {
    at('2026-06-01T10:00')
    const number = await orderOf('petition')
    const { record } = await accountability.record(decision(number, { unit: 'petition' }), office)
    const corrected = await accountability.correct(
      record.id,
      {
        ...decision(number, { unit: 'petition', outcome: 'exempt', mitigation: ['selfCorrection'] }),
        reason: '复核后免于追究',
      },
      office,
    )
    expect(corrected).toMatchObject({ window: { count: 0 }, record: { corrects: record.id } })
    const twice = await Promise.allSettled(
      [1, 2].map(() =>
        accountability.correct(corrected.record.id, { withdrawn: true, reason: '登记错误' }, office),
      ),
    )
    expect(twice.map((t) => t.status).sort()).toEqual(['fulfilled', 'rejected'])
    for (const t of twice)
      if (t.status === 'rejected') expect(t.reason).toMatchObject({ status: 409, code: 'correctedBefore' })
    const { items } = await accountability.records({ unit: 'petition', limit: 5 })
    expect(items.map((r) => [r.withdrawn, r.correctedBy !== null])).toEqual([
      [true, false],
      [false, true],
      [false, true],
    ])
    for (const change of [
      'update accountability_records set note = null',
      'delete from accountability_records',
    ])
      await expect(world.db.query(change)).rejects.toMatchObject({ code: '42501' })
  })

  it('refuses by the statute, with its article', async () => {
    const number = await orderOf('lighting')
    const wrong = await ask(
      'office',
      'POST',
      '/api/accountability/records',
      decision(number, { ground: 'leak' }),
    )
    expect(wrong).toMatchObject({
      status: 422,
      body: { code: 'groundUnknown', cite: expect.stringContaining('第二十二条') },
    })
    const nowhere = await ask('office', 'POST', '/api/accountability/records', decision('DD2603020000000'))
    expect(nowhere).toMatchObject({ status: 422, body: { code: 'unknownOrder' } })
    const unknown = `/api/accountability/records/${randomUUID()}/corrections`
    expect(await ask('office', 'POST', unknown, { withdrawn: true, reason: 'x' })).toMatchObject({
      status: 404,
      body: { code: 'unknownRecord' },
    })
  })
})

describe('addresses', () => {
  it.each(roles.map((role) => [role]))('open to %s as far as his role goes', async (role) => {
    const reads = ['office', 'centreLeader', 'supervisor'].includes(role)
    for (const path of ['records', 'windows', 'grounds']) {
      const { status, body } = await ask(role, 'GET', `/api/accountability/${path}`)
      expect(status, path).toBe(reads ? 200 : 403)
      if (!reads) expect(body).toMatchObject({ title: expect.stringMatching(/[一-鿿]/) })
    }
    // An empty body is refused for its form only where the role may write at all.
    const writes = ['office', 'centreLeader'].includes(role)
    const number = await orderOf('lighting')
    const written = await ask(role, 'POST', '/api/accountability/records', decision(number))
    expect(written.status).toBe(writes ? 201 : 403)

    const calls = ['followUp', 'agent', 'teamLead', 'centreLeader'].includes(role)
    expect((await ask(role, 'GET', '/api/work-orders/owed/follow-ups')).status).toBe(calls ? 200 : 403)
    const rates = ['auditor', 'followUp', 'teamLead', 'centreLeader'].includes(role)
    expect((await ask(role, 'GET', '/api/work-orders/owed/ratings')).status).toBe(rates ? 200 : 403)
    const exports = ['supervisor', 'centreLeader', 'office', 'confidentialDesk'].includes(role)
    const dossier = await ask(role, 'GET', `/api/work-orders/${number}/dossier?to=police`)
    expect(dossier.status).toBe(exports ? 409 : 403)
  })

  it('closed to strangers', async () => {
    for (const url of ['/api/accountability/records', '/api/work-orders/owed/follow-ups'])
      expect((await ask(null, 'GET', url)).status).toBe(401)
  })

  it('a dossier and a list come as the API document says', async () => {
    const number = await orderOf('lighting')
    await world.workOrders.act(
      number,
      { action: 'handOn', to: 'police', grounds: ['suspectedOffence'], reason: '涉嫌违法' },
      viewer('office'),
    )
    const { status, body } = await ask('office', 'GET', `/api/work-orders/${number}/dossier?to=police`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      dossier: { order: { number } },
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    const list = await ask('followUp', 'GET', '/api/work-orders/owed/follow-ups?limit=2')
    expect(list.body).toMatchObject({ since: expect.stringContaining('+08:00'), items: [], next: null })
    const pages = await ask('office', 'GET', '/api/accountability/records?limit=2')
    const next = (pages.body as { next: string }).next
    const more = await ask('office', 'GET', `/api/accountability/records?limit=2&cursor=${next}`)
    const idsOf = (b: Record<string, unknown>) => (b['items'] as { id: string }[]).map((r) => r.id)
    expect(idsOf(pages.body)).toHaveLength(2)
    expect(idsOf(more.body).some((id) => idsOf(pages.body).includes(id))).toBe(false)
  })
})
