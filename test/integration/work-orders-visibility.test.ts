import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roles, type Role } from '../../src/base/actor.ts'
import { listOrders } from '../../src/work-orders/search-store.ts'
import { insightOf, scopeOf } from '../../src/work-orders/visibility.ts'
import { person, startOrderSite, type OrderSite, type Person } from '../support/order-site.ts'
import { draft } from '../support/work-orders.ts'

/** Who may see what, on a real database and through the routes: the table, the paths around it, and the ledger. */
let site: OrderSite
beforeAll(async () => {
  site = await startOrderSite()
})
afterAll(() => site.stop())

const name = '欧阳某甲'
const home = '样板小区9号楼'
const words = `我是${name}，住${home}，电话13800007001，灯柱被拆。`
const secrets = [name, home, '13800007001']
let serial = 70_000

type Made = { number: string; id: string; requesterId: string; contactId: string }

async function order(more: object = {}): Promise<Made> {
  const contactId = await site.wrappedUp(`+86138000${++serial}`)
  const { orders } = await site.register(
    contactId,
    draft({
      title: '灯柱被拆',
      facts: words,
      accept: true,
      leadUnit: 'lighting',
      requester: { kind: 'naturalPerson', name, home, contact: '13800007001', careGroups: ['elderly'] },
      ...more,
    }),
  )
  const [row] = await site.db.query<{ id: string; requesterId: string }>(
    `select id, requester_id as "requesterId" from work_orders where number = $1`,
    [orders[0]!.number],
  )
  return { number: orders[0]!.number, contactId, ...row! }
}

/** What a rule of follow-up would have left behind. */
const rated = (made: Made) =>
  site.db.query(`update work_orders set closing = $2 where id = $1`, [
    made.id,
    JSON.stringify({
      audits: [],
      followUps: [],
      rating: {
        stars: 2,
        components: {},
        dimensions: {},
        followUp: 1,
        at: '2026-03-02T02:00:00Z',
        by: 'x',
        final: true,
        before: [],
      },
    }),
  ])

const complaint = { kind: 'complaint', confidential: true } as const
const guards = ['open', 'complaint', 'tipOff'] as const
type Seen = {
  requester: {
    name: string | null
    contact: string | null
    careGroups: string[]
    integrityFlag: boolean | null
  }
  facts: string
  title: string
  rating: { stars: number } | null
  contactIds: string[]
  parent: string | null
  procedures: { kind: string; said: unknown }[]
  events: { type: string; data: Record<string, unknown> }[]
  withheld: { field: string; sight: string; cite: string | null; localPolicy: boolean }[]
}

describe('the table through the routes', () => {
  const made = {} as Record<(typeof guards)[number], Made>
  const wide: Role[] = [
    'agent',
    'teamLead',
    'dispatcher',
    'auditor',
    'followUp',
    'supervisor',
    'centreLeader',
    'office',
    'confidentialDesk',
    'analyst',
  ]
  const everybody = [
    ...wide.map((role) => person(role)),
    person('unit', 'lighting'),
    person('unitLeader', 'lighting'),
  ]

  beforeAll(async () => {
    made.open = await order()
    made.complaint = await order({ kind: 'complaint', confidential: false })
    made.tipOff = await order({ kind: 'tipOff' })
    for (const guard of guards) {
      await rated(made[guard])
      site.flagged.add(made[guard].requesterId)
      await site.ask(person('dispatcher'), 'POST', `/api/work-orders/${made[guard].number}/actions/append`, {
        facts: `补充：${name}又来电`,
      })
      const unit = person('unit', 'lighting')
      await site.ask(unit, 'POST', `/api/work-orders/${made[guard].number}/actions/contactRequester`, {
        way: '电话',
        note: '内部备注',
      })
    }
  })

  type Expected = [identity: string, content: string, notes: boolean, rating: boolean, flag: boolean]
  /** open, complaint, tip-off; F whole, M masked, R redacted, – none; x does not exist. */
  const table: Record<string, [Expected, Expected, Expected | null]> = {
    agent: [
      ['M', 'F', true, false, true],
      ['M', 'F', true, false, true],
      ['-', 'R', true, false, false],
    ],
    teamLead: [
      ['M', 'F', true, false, true],
      ['M', 'F', true, false, true],
      ['-', 'R', true, false, false],
    ],
    dispatcher: [
      ['M', 'F', true, false, false],
      ['M', 'F', true, false, false],
      ['-', 'R', true, false, false],
    ],
    auditor: [
      ['M', 'F', true, false, false],
      ['M', 'F', true, false, false],
      ['-', 'R', true, false, false],
    ],
    followUp: [
      ['M', 'F', true, true, false],
      ['M', 'F', true, true, false],
      ['-', 'R', true, true, false],
    ],
    supervisor: [
      ['M', 'F', false, false, false],
      ['M', 'F', false, false, false],
      ['-', 'R', false, false, false],
    ],
    centreLeader: [
      ['M', 'F', false, false, false],
      ['M', 'F', false, false, false],
      ['-', 'R', false, false, false],
    ],
    office: [
      ['M', 'F', false, false, false],
      ['M', 'F', false, false, false],
      ['-', 'R', false, false, false],
    ],
    confidentialDesk: [
      ['F', 'F', true, true, true],
      ['F', 'F', true, true, true],
      ['F', 'F', true, true, true],
    ],
    analyst: [['-', 'R', false, false, false], ['-', 'R', false, false, false], null],
    unit: [
      ['F', 'F', true, true, false],
      ['F', 'F', true, true, false],
      ['-', 'R', true, false, false],
    ],
    unitLeader: [
      ['F', 'F', true, true, false],
      ['F', 'F', true, true, false],
      ['-', 'R', true, false, false],
    ],
  }
  const rows = everybody.flatMap((who) =>
    guards.map((guard, n) => [who.roles[0]!, guard, who, table[who.roles[0]!]![n]!] as const),
  )

  it.each(rows)('%s of an order that is %s', async (_role, guard, who, expected) => {
    const { status, body, text } = await site.ask(who, 'GET', `/api/work-orders/${made[guard].number}`)
    if (expected === null) return expect(status).toBe(404)
    expect(status).toBe(200)
    const seen = body as unknown as Seen
    const [identity, content, notes, rating, flag] = expected
    const shown = { F: name, M: '欧***', '-': null }[identity]
    expect(seen.requester.name).toBe(shown)
    expect(seen.requester.contact).toBe({ F: '13800007001', M: '138****7001', '-': null }[identity])
    expect(seen.requester.careGroups).toEqual(identity === '-' ? [] : ['elderly'])
    expect(seen.requester.integrityFlag).toBe(flag ? true : null)
    expect(seen.facts).toContain('灯柱被拆')
    expect(seen.facts.includes(name)).toBe(content === 'F')
    const contacted = seen.events.find((e) => e.type === 'contacted')
    expect(contacted?.data['note'] === '内部备注').toBe(notes)
    expect(seen.rating?.stars ?? null).toBe(rating ? 2 : null)
    expect(seen.contactIds.length > 0).toBe(identity !== '-')
    // History holds no identity for anybody.
    const history = JSON.stringify([seen.events, seen.procedures])
    for (const secret of secrets) expect(history).not.toContain(secret)
    if (content !== 'F') for (const secret of secrets) expect(text).not.toContain(secret)
    // Everything that is not whole is named, with its ground.
    const withheld = new Map(seen.withheld.map((w) => [w.field, w]))
    expect(withheld.has('content')).toBe(content !== 'F')
    expect(withheld.has('identity')).toBe(identity !== 'F')
    expect(withheld.has('rating')).toBe(!rating)
    for (const w of seen.withheld) expect(w.localPolicy).toBe(w.cite === null)
  })

  it.each(rows)(
    'list, search and number prefix for %s: an order that is %s',
    async (_role, guard, who, expected) => {
      const { number } = made[guard]
      const listed = async (query: string) => {
        const { body } = await site.ask(who, 'GET', `/api/work-orders?limit=200${query}`)
        return (body['items'] as (Seen & { number: string })[]).find((o) => o.number === number)
      }
      for (const query of [
        '',
        `&q=${encodeURIComponent('灯柱')}`,
        `&q=${number}`,
        `&q=${number.slice(0, 8)}`,
      ]) {
        const found = await listed(query)
        if (expected === null) expect(found, query).toBeUndefined()
        else {
          expect(found, query).toBeDefined()
          expect(found!.requester.name).toBe({ F: name, M: '欧***', '-': null }[expected[0]])
          if (expected[1] !== 'F')
            for (const secret of secrets) expect(JSON.stringify(found)).not.toContain(secret)
        }
      }
      // Nobody finds an order by words that he is not shown.
      const byName = await listed(`&q=${encodeURIComponent(name)}`)
      expect(byName !== undefined).toBe(expected !== null && expected[1] === 'F')
    },
  )

  it('shows an agent the requester while he talks with him, but never who made a tip-off', async () => {
    const agent = person('agent')
    site.talks.set(
      agent.id,
      guards.map((guard) => made[guard].requesterId),
    )
    const seen = async (guard: (typeof guards)[number]) =>
      (await site.ask(agent, 'GET', `/api/work-orders/${made[guard].number}`)).body as unknown as Seen
    expect((await seen('complaint')).requester).toMatchObject({ name, contact: '13800007001' })
    expect(await seen('tipOff')).toMatchObject({
      requester: { name: null, contact: null },
      facts: expect.stringContaining(name),
    })
    site.talks.delete(agent.id)
    expect((await seen('complaint')).requester.name).toBe('欧***')
  })

  it('hides name and number from the unit where secrecy was asked for', async () => {
    const asked = await order({ kind: 'complaint', confidential: true })
    const { body, text } = await site.ask(
      person('unit', 'lighting'),
      'GET',
      `/api/work-orders/${asked.number}`,
    )
    expect(body).toMatchObject({ requester: { name: '欧***', contact: '138****7001' } })
    for (const secret of secrets) expect(text).not.toContain(secret)
  })

  it('opens the whole identity with a reason, of a tip-off only at the confidential desk', async () => {
    const reveal = (who: Person, guard: (typeof guards)[number]) =>
      site.ask(who, 'POST', `/api/work-orders/${made[guard].number}/reveal`, { reason: '回电核实' })
    for (const who of everybody) {
      const role = who.roles[0]!
      const may = ['agent', 'teamLead', 'dispatcher', 'followUp', 'confidentialDesk'].includes(role)
      expect((await reveal(who, 'complaint')).status, role).toBe(may ? 200 : 403)
      const tipOff = await reveal(who, 'tipOff')
      expect(tipOff.status, role).toBe(role === 'confidentialDesk' ? 200 : role === 'analyst' ? 404 : 403)
      if (tipOff.status !== 200) for (const secret of secrets) expect(tipOff.text).not.toContain(secret)
    }
  })

  it('keeps a procedure about a unit from the unit, and its words from whoever only counts', async () => {
    const number = (await order()).number
    const put = (n: number, kind: string, leg: number | null, said: object) =>
      site.db.query(
        `insert into work_order_procedures (order_id, n, kind, leg, opened_at, opened_by, opened_role, said)
         select id, $2, $3, $4, raised_at, 'somebody', 'supervisor', $5 from work_orders where number = $1`,
        [number, n, kind, leg, JSON.stringify(said)],
      )
    await put(1, 'supervision', 1, { reason: `请答复${name}` })
    await put(2, 'onward', null, { to: 'discipline', reason: '涉嫌推诿' })
    await put(3, 'recusal', null, {
      person: randomUUID(),
      unit: null,
      by: 'requester',
      ground: 'g',
      reason: 'r',
    })
    const seen = async (who: Person) =>
      ((await site.ask(who, 'GET', `/api/work-orders/${number}`)).body as unknown as Seen).procedures
    expect((await seen(person('unit', 'lighting'))).map((p) => p.kind)).toEqual(['supervision'])
    expect((await seen(person('supervisor'))).map((p) => p.kind)).toEqual([
      'supervision',
      'onward',
      'recusal',
    ])
    expect((await seen(person('supervisor')))[0]!.said).toEqual({ reason: '请答复＊＊＊' })
    expect((await seen(person('analyst'))).map((p) => [p.kind, p.said])).toEqual([['supervision', null]])
  })
})

describe('第二十六条、第二十七条: an order that does not exist for somebody', () => {
  const accusedAgent = person('agent')
  const accusedUnit = person('unit', 'district')
  const recused = person('dispatcher')
  const nobody: [string, Person, () => Promise<Made>][] = [
    [
      'the agent complained about',
      accusedAgent,
      () => order({ ...complaint, accusedStaff: accusedAgent.id }),
    ],
    [
      'the same with every other hat',
      { ...accusedAgent, roles: roles.filter((r) => !r.endsWith('Administrator')), unit: 'lighting' },
      () => order({ ...complaint, accusedStaff: accusedAgent.id }),
    ],
    ['the unit complained about', accusedUnit, () => order({ ...complaint, accusedUnit: 'district' })],
    [
      'a centre’s person of the unit complained about',
      person(['agent', 'supervisor'], 'district'),
      () => order({ ...complaint, accusedUnit: 'district' }),
    ],
    ['a unit without a part in it', person('unit', 'petition'), () => order()],
    ['a unit without a name', person('unit'), () => order()],
    ['the analyst, of a tip-off', person('analyst'), () => order({ kind: 'tipOff' })],
    [
      'whoever withdrew himself',
      recused,
      async () => {
        const made = await order()
        await site.db.query(
          `insert into work_order_procedures (order_id, n, kind, opened_at, opened_by, opened_role, said)
           values ($1, 1, 'recusal', now(), $2, 'dispatcher', $3)`,
          [
            made.id,
            recused.id,
            JSON.stringify({ person: recused.id, unit: null, by: 'self', ground: 'g', reason: 'r' }),
          ],
        )
        return made
      },
    ],
  ]

  it.each(nobody)('%s: every path answers as for a number that is none', async (_what, who, make) => {
    const made = await make()
    const none = `AS2603029${String(serial).slice(-5)}`
    const paths: ['GET' | 'POST', (number: string) => string, object?][] = [
      ['GET', (n) => `/api/work-orders/${n}`],
      ['GET', (n) => `/api/work-orders/${n}/attachments`],
      ['GET', (n) => `/api/work-orders/${n}/attachments/${randomUUID()}`],
      ['GET', (n) => `/api/work-orders/${n}/recordings`],
      ['GET', (n) => `/api/work-orders/${n}/recordings/${randomUUID()}`],
      ['POST', (n) => `/api/work-orders/${n}/recordings/approvals`, { staff: randomUUID(), reason: '督办' }],
      ['POST', (n) => `/api/work-orders/${n}/reveal`, { reason: '好奇' }],
      ['POST', (n) => `/api/work-orders/${n}/actions/append`, { facts: 'x' }],
      ['POST', (n) => `/api/work-orders/${n}/actions/accept`, { version: 1 }],
      ['POST', (n) => `/api/work-orders/${n}/actions/acknowledge`, {}],
      ['POST', (n) => `/api/work-orders/${n}/actions/setConfidentiality`, { level: 'tipOff', reason: 'x' }],
    ]
    for (const [method, url, payload] of paths) {
      const real = await site.ask(who, method, url(made.number), payload)
      const fake = await site.ask(who, method, url(none), payload)
      expect(real.status, url('…')).toBe(404)
      const told = ({ body }: typeof real) => ({ ...body, instance: null, requestId: null })
      expect(told(real), url('…')).toEqual(told(fake))
    }
    const upload = await site.upload(
      who,
      `/api/work-orders/${made.number}/attachments`,
      'a.txt',
      Buffer.from('文字'),
    )
    expect(upload.statusCode).toBe(404)

    const hidden = async (url: string) => {
      const { status, text } = await site.ask(who, 'GET', url)
      expect([200, 403], url).toContain(status)
      expect(text, url).not.toContain(made.number)
    }
    const q = (text: string) => `/api/work-orders?limit=200&q=${encodeURIComponent(text)}`
    await hidden('/api/work-orders?limit=200')
    await hidden(q('灯柱'))
    await hidden(q(made.number))
    await hidden(q(made.number.slice(0, 8)))
    await hidden(`/api/work-orders?contactId=${made.contactId}`)
    await hidden(
      `/api/work-orders/similar?text=${encodeURIComponent('灯柱被拆')}&requesterId=${made.requesterId}`,
    )
    await hidden('/api/work-orders/export')
    await hidden(`/api/contacts/${made.contactId}`)
    await hidden('/api/contacts?limit=200')
    const narrowed = await site.ask(who, 'GET', `/api/contacts?workOrder=${made.number}`)
    expect(narrowed.text).not.toContain(made.contactId)
    const viewer = {
      actor: { kind: 'staff' as const, id: who.id, role: who.roles[0]! },
      roles: who.roles,
      unitCode: who.unit,
    }
    const pops = [
      await site.workOrders.openOrdersOf([made.requesterId], viewer),
      await site.workOrders.recentOrdersOf([made.requesterId], 10, viewer),
    ]
    expect(JSON.stringify(pops)).not.toContain(made.number)
    expect(await site.workOrders.contactsToHide([made.contactId], viewer)).toEqual(new Set([made.contactId]))
    // Nothing of it was written: no attempt, no look.
    const [looks] = await site.db.query<{ n: number }>(
      `select count(*)::int as n from access_ledger where subject_id = $1 and actor_id = $2`,
      [made.number, who.id],
    )
    expect(looks!.n).toBe(0)
  })

  it('cannot be merged into, nor joined at the end of a contact', async () => {
    const hidden = await order({
      ...complaint,
      accusedStaff: accusedAgent.id,
      accept: false,
      leadUnit: undefined,
    })
    const own = await order({ accept: false, leadUnit: undefined })
    const merge = (into: string) =>
      site.ask(accusedAgent, 'POST', `/api/work-orders/${own.number}/actions/merge`, { into })
    const [real, fake] = [await merge(hidden.number), await merge('AS0000000000000')]
    expect(real).toMatchObject({ status: 422, body: { code: 'mergeTargetUnknown' } })
    expect({ ...real.body, requestId: '' }).toEqual({ ...fake.body, requestId: '' })
  })

  it('is told of neither by the number of a sibling nor by its history', async () => {
    const contactId = await site.wrappedUp(`+86138000${++serial}`)
    const { orders } = await site.register(
      contactId,
      draft({ accept: true, leadUnit: 'lighting' }),
      draft({ title: '举报', kind: 'tipOff', accept: true, leadUnit: 'lighting' }),
      draft({ title: '投诉', ...complaint, accusedStaff: accusedAgent.id }),
    )
    const [plain, tipOff, against] = orders.map((o) => o.number) as [string, string, string]
    const seen = async (who: Person, number: string) => site.ask(who, 'GET', `/api/work-orders/${number}`)
    expect((await seen(person('dispatcher'), tipOff)).body).toMatchObject({ parent: null, contactIds: [] })
    expect((await seen(person('unit', 'lighting'), tipOff)).text).not.toContain(plain)
    expect((await seen(person('confidentialDesk'), tipOff)).body).toMatchObject({ parent: plain })
    expect((await seen(person('dispatcher'), against)).body).toMatchObject({ parent: plain })
    // The first order is the parent of all: where it is the hidden one, nobody learns its number from the others.
    await site.db.query(`update work_orders set accused_staff = $2 where number = $1`, [
      plain,
      accusedAgent.id,
    ])
    await site.db.query(`update work_orders set accused_staff = null where number = $1`, [against])
    expect((await seen(accusedAgent, against)).body).toMatchObject({ parent: null })
    expect((await seen(accusedAgent, against)).text).not.toContain(plain)
    expect((await seen(person('teamLead'), against)).body).toMatchObject({ parent: plain })
  })

  it('a contact leads nobody but the confidential desk to a tip-off', async () => {
    const made = await order({ kind: 'tipOff' })
    for (const role of [
      'agent',
      'teamLead',
      'dispatcher',
      'supervisor',
      'auditor',
      'auditAdministrator',
    ] as const) {
      const { status, body } = await site.ask(person(role), 'GET', `/api/contacts/${made.contactId}`)
      expect(status).toBe(200)
      expect(body['workOrders'], role).toEqual([])
      const listed = await site.ask(person(role), 'GET', `/api/work-orders?contactId=${made.contactId}`)
      expect(listed.text).not.toContain(made.number)
      const narrowed = await site.ask(person(role), 'GET', `/api/contacts?workOrder=${made.number}`)
      expect(narrowed.body['items'], role).toEqual([])
    }
    const desk = await site.ask(person('confidentialDesk'), 'GET', `/api/contacts/${made.contactId}`)
    expect(desk.body['workOrders']).toEqual([made.number])
    const other = { kind: 'staff' as const, id: randomUUID(), role: 'agent' as const }
    await expect(
      site.contacts.register(made.contactId, randomUUID(), [draft()], other),
    ).rejects.toMatchObject({
      status: 403,
      code: 'notYours',
    })
    const lead = { ...other, role: 'teamLead' as const }
    expect((await site.contacts.register(made.contactId, randomUUID(), [draft()], lead)).orders).toEqual([])
  })

  it('is gone for whoever withdraws, and his own action is answered', async () => {
    const made = await order({ kind: 'complaint' })
    const who = person('dispatcher')
    const done = await site.ask(who, 'POST', `/api/work-orders/${made.number}/actions/applyRecusal`, {
      ground: 'closeRelative',
      reason: '近亲属',
      by: 'self',
    })
    expect(done).toMatchObject({
      status: 200,
      body: { number: made.number, facts: '', events: [], actions: [] },
    })
    expect((await site.ask(who, 'GET', `/api/work-orders/${made.number}`)).status).toBe(404)
    expect((await site.ask(person('dispatcher'), 'GET', `/api/work-orders/${made.number}`)).status).toBe(200)
  })
})

describe('the SQL filter and the table', () => {
  it('agree for every person and every order', async () => {
    const all = await listOrders(
      site.db,
      { limit: 10_000 },
      { actorId: 'nobody', ownUnit: null, handlingUnit: null, wide: true, tipOffs: true },
      site.time.now,
    )
    expect(all.length).toBeGreaterThan(15)
    const [accused] = all.flatMap((row) => row.accusedStaffId ?? [])
    const ids = [randomUUID(), accused!]
    for (const role of roles)
      for (const unitCode of [null, 'lighting', 'district', 'petition'])
        for (const id of ids)
          for (const more of [[], ['unit' as const], ['analyst' as const]]) {
            const viewer = { actor: { kind: 'staff' as const, id, role }, roles: [role, ...more], unitCode }
            const fetched = await listOrders(site.db, { limit: 10_000 }, scopeOf(viewer), site.time.now)
            const may = all.filter((row) => insightOf(row, viewer, site.statutes.of(row.statute.slug)))
            expect(
              fetched.map((r) => r.number),
              `${role} ${unitCode}`,
            ).toEqual(may.map((r) => r.number))
          }
  })
})

describe('第二十六条: the ledger of who looked', () => {
  const entries = (number: string) =>
    site.db.query<{
      action: string
      role: string
      data: Record<string, unknown>
      reason: string | null
      actor: string
    }>(
      `select action, actor_role as role, data, reason, actor_id as actor from access_ledger
       where subject_kind = 'workOrder' and subject_id = $1 order by id`,
      [number],
    )

  it('has every view, list, search, reveal, export and refused nothing', async () => {
    site.time.now = new Date('2026-03-03T10:00+08:00')
    const made = await order({ title: '独一无二的井盖', facts: '独一无二的井盖丢了' })
    const agent = person('agent')
    const unit = person('unit', 'lighting')
    await site.ask(agent, 'GET', `/api/work-orders/${made.number}`)
    await site.ask(unit, 'GET', `/api/work-orders/${made.number}`)
    await site.ask(agent, 'POST', `/api/work-orders/${made.number}/reveal`, { reason: '回电核实' })
    await site.ask(person('teamLead'), 'GET', '/api/work-orders?limit=3')
    await site.ask(person('followUp'), 'GET', `/api/work-orders?q=${encodeURIComponent('独一无二')}`)
    await site.ask(person('office'), 'GET', `/api/work-orders/export?q=${encodeURIComponent('独一无二')}`)
    const found = await entries(made.number)
    expect(found.map((e) => [e.action, e.role])).toEqual([
      ['orderViewed', 'agent'],
      ['orderViewed', 'unit'],
      ['reveal', 'agent'],
      ['orderListed', 'teamLead'],
      ['search', 'followUp'],
      ['export', 'office'],
    ])
    expect(found[0]!.data).toMatchObject({ fields: { identity: 'masked', content: 'full' } })
    expect(found[1]!.data).toMatchObject({ fields: { identity: 'full' }, unit: 'lighting' })
    expect(found[2]).toMatchObject({
      reason: '回电核实',
      data: { fields: { identity: 'full', contact: 'full' } },
    })
    const [whole] = await site.db.query<{ data: unknown }>(
      `select data from access_ledger where subject_kind = 'export' order by id desc limit 1`,
    )
    expect(whole!.data).toEqual({ count: 1, filter: { q: true } })
    expect(JSON.stringify(found)).not.toContain('独一无二')
  })

  it('takes a list that refreshes itself as one look, until the order or the time has gone on', async () => {
    const made = await order({ title: '又一个井盖' })
    const who = person('dispatcher')
    const list = () => site.ask(who, 'GET', '/api/work-orders?limit=1')
    const looks = async () => (await entries(made.number)).filter((e) => e.actor === who.id).length
    await list()
    await list()
    expect(await looks()).toBe(1)
    await site.ask(person('agent'), 'POST', `/api/work-orders/${made.number}/actions/append`, { facts: '又' })
    await list()
    expect(await looks()).toBe(2)
    site.time.now = new Date(site.time.now.getTime() + 11 * 60_000)
    await list()
    expect(await looks()).toBe(3)
  })

  it('is told to the requester by number and last four digits: role, unit and fields, never who', async () => {
    const made = await order({ title: '给诉求人看的' })
    const unit = person('unit', 'lighting')
    await site.ask(unit, 'GET', `/api/work-orders/${made.number}`)
    const ask = (number: string, lastFour: string) =>
      site.ask(null, 'POST', '/api/progress/ledger', { number, lastFour })
    const told = await ask(made.number, '7001')
    expect(told.body).toEqual({
      items: [
        {
          at: expect.stringContaining('+08:00'),
          action: '查看',
          role: '承办单位',
          unit: '路灯管理处',
          fields: ['姓名住址', '联系方式', '诉求内容', '附件', '办理记录（去标识）', '评价'],
        },
      ],
    })
    expect(told.text).not.toContain(unit.id)
    const [wrong, none] = [await ask(made.number, '7002'), await ask('AS2603029999999', '7001')]
    expect(wrong).toMatchObject({ status: 404, body: { code: 'progressNotFound' } })
    expect({ ...wrong.body, requestId: '' }).toEqual({ ...none.body, requestId: '' })
  })
})
