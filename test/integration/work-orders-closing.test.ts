import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/base/actor.ts'
import { ledgerOfSubject, recordAccess } from '../../src/staff/ledger.ts'
import { workingDays } from '../../src/statutes/term.ts'
import { insertAttachment } from '../../src/work-orders/attachment-store.ts'
import type { ContactInDossier } from '../../src/work-orders/dossier-contract.ts'
import { createDossiers } from '../../src/work-orders/dossier-service.ts'
import { ledgerLines } from '../../src/work-orders/looking.ts'
import { createOwed } from '../../src/work-orders/owed.ts'
import { findOrder } from '../../src/work-orders/reads-store.ts'
import { owesFollowUp } from '../../src/work-orders/rules/follow-up.ts'
import { owesRating } from '../../src/work-orders/rules/rating.ts'
import type { Command } from '../../src/work-orders/rules/registry.ts'
import type { Viewer } from '../../src/work-orders/service.ts'
import { scopeOf } from '../../src/work-orders/visibility.ts'
import { testPii } from '../support/contacts.ts'
import { draft, startOrders, type OrdersWorld } from '../support/work-orders.ts'

/** People are different people here: who audits is not who calls back, and neither re-evaluates. */
const ids: Record<string, string> = {}
const as = (name: string, role: Role, unit: string | null = null): Viewer => ({
  actor: { kind: 'staff', id: (ids[name] ??= randomUUID()), role },
  roles: [role],
  unitCode: unit,
})
const dispatcher = as('dispatcher', 'dispatcher')
const lighting = as('lamplighter', 'unit', 'lighting')
const auditor = as('auditor', 'auditor')
const caller = as('caller', 'followUp')
const leader = as('leader', 'centreLeader')
const office = as('office', 'office')
const supervisor = as('supervisor', 'supervisor')
const desk = as('desk', 'confidentialDesk')

let world: OrdersWorld
let serial = 40_000
const at = (instant: string): void => void (world.time.now = new Date(`${instant}+08:00`))
const act = (number: string, who: Viewer, command: Command) => world.workOrders.act(number, command, who)
const stored = async (number: string) => (await findOrder(world.db, number, scopeOf(leader)))!
const page = { limit: 50 }
const owed = () =>
  createOwed({ db: world.db, clock: () => world.time.now, statutes: world.statutes, record: recordAccess })
const dossiers = (contacts: ContactInDossier[] = []) =>
  createDossiers({
    db: world.db,
    clock: () => world.time.now,
    pii: testPii,
    statutes: world.statutes,
    record: recordAccess,
    contactsOf: async (all) => contacts.filter((c) => all.includes(c.id)),
  })

/** Registered, accepted and with the unit; with category and class where its statute has any. */
async function withUnit(more: Parameters<typeof draft>[0] = {}): Promise<string> {
  const contactId = await world.wrappedUp(`+86138000${++serial}`)
  const { category: _category, ...plain } = draft({ accept: true, ...more }) as ReturnType<typeof draft> & {
    type: 'workOrder'
  }
  const { orders } = await world.register(contactId, plain)
  const { number } = orders[0]!
  const { classes } = world.statutes.of((await stored(number)).statute.slug).topics.dispatch
  const general = classes.basis !== 'silent' && classes.value.some((c) => c.code === 'general')
  const named = general ? { class: 'general' as const } : {}
  await act(number, dispatcher, { action: 'dispatch', leadUnit: 'lighting', ...named })
  return number
}
const feedBack = (number: string, parts: Record<string, string> = {}) =>
  act(number, lighting, {
    action: 'feedBack',
    result: '已更换灯具',
    parts,
    solved: true,
    told: { way: '电话', text: '路灯已修复。' },
  })
const handling = async (number: string, term: string) =>
  (await world.workOrders.detail(number, dispatcher)).deadlines
    .filter((d) => d.term === term)
    .map((d) => [d.due.slice(0, 10), d.metAt?.slice(0, 16) ?? null, d.overdue])

describe('鞍山 2019 第二十一条至第二十三条: from the feedback to the final rating', () => {
  beforeAll(async () => {
    world = await startOrders('anshan-2019')
  })
  afterAll(() => world.stop())

  it('a result below the standard goes back under the old clock, which is overdue at once if its day is past', async () => {
    at('2026-03-02T10:00')
    const number = await withUnit()
    at('2026-03-09T16:00')
    await feedBack(number)
    expect(await handling(number, 'AS19-D06')).toEqual([['2026-03-10', '2026-03-09T16:00', false]])
    at('2026-03-11T09:00')
    const points = { settled: true, bothTold: true, truthful: false }
    const returned = await act(number, auditor, { action: 'audit', points, note: '照片不是现场' })
    expect(returned).toMatchObject({ state: 'dispatched', legs: [{ fedBackAt: null }] })
    expect(await handling(number, 'AS19-D06')).toEqual([['2026-03-10', null, true]])
    // Its bell rang long ago; another was set with the return.
    const bells = await world.db.query<{ delay_ms: number }>(
      `select delay_ms from outbox where queue = 'deadlines' and data ->> 'term' = 'AS19-D06' order by id desc limit 1`,
    )
    expect(bells[0]!.delay_ms).toBe(0)
    await world.bells.sweep()
    const { events } = await world.workOrders.detail(number, dispatcher)
    expect(events.filter((e) => e.type === 'deadlineMissed')).toHaveLength(1)
  })

  it('one that is returned in time may still apply for an extension, until its old day', async () => {
    at('2026-03-02T10:00')
    const number = await withUnit()
    const right = async () =>
      (await world.workOrders.detail(number, dispatcher)).deadlines.find((d) => d.term === 'AS19-D07')
    const { due } = (await right())!
    at('2026-03-04T10:00')
    await feedBack(number)
    expect(await right()).toBeUndefined()
    const points = { settled: false, bothTold: true, truthful: true }
    await act(number, auditor, { action: 'audit', points, note: '只换了一盏' })
    expect(await right()).toMatchObject({ due, metAt: null, right: true })
  })

  it('audit, call back, stars, objection, re-evaluation, review', async () => {
    at('2026-03-02T10:00')
    const number = await withUnit()
    at('2026-03-04T10:00')
    await feedBack(number)
    at('2026-03-05T10:00')
    const points = { settled: true, bothTold: true, truthful: true }
    await act(number, auditor, { action: 'audit', points, quality: 4 })
    const waiting = async (list: 'followUps' | 'ratings') =>
      (await owed()[list](page, caller)).items.find((o) => o.number === number)
    expect(await waiting('followUps')).toMatchObject({
      why: 'each',
      tries: 0,
      unit: 'lighting',
      cite: expect.stringContaining('第二十三条第一款'),
    })

    // Nobody answers once; the second time he does.
    await act(number, caller, { action: 'followUp', channel: 'voice', reached: false })
    expect(await waiting('followUps')).toMatchObject({ tries: 1 })
    expect(await waiting('ratings')).toBeUndefined()
    await act(number, caller, {
      action: 'followUp',
      channel: 'voice',
      reached: true,
      solved: false,
      satisfied: 'dissatisfied',
      says: '灯还是不亮',
    })
    expect(await waiting('followUps')).toBeUndefined()
    expect(await waiting('ratings')).toMatchObject({ why: 'answered' })
    await act(number, leader, { action: 'rate', followUp: 2, dimensions: { result: 1 } })
    expect(await waiting('ratings')).toBeUndefined()
    expect((await stored(number)).rating).toMatchObject({
      stars: 2,
      components: { quality: 4, satisfaction: 1 },
      dimensions: { result: 1 },
    })

    at('2026-03-06T10:00')
    await act(number, lighting, { action: 'objectRating', reason: '次日已修复', evidence: ['现场照片'] })
    expect(await handling(number, 'AS19-D13')).toEqual([['2026-03-14', null, false]])
    const reEvaluate: Command = { action: 'reEvaluate', satisfaction: 3, reason: '复核属实' }
    await expect(
      act(number, { ...caller, roles: ['followUp', 'teamLead'] }, reEvaluate),
    ).rejects.toMatchObject({ status: 403, code: 'samePerson' })
    await act(number, leader, reEvaluate)
    const confirm: Command = { action: 'confirmReEvaluation', agree: true, reason: '同意复评' }
    await expect(
      act(number, { ...leader, roles: ['centreLeader', 'office'] }, confirm),
    ).rejects.toMatchObject({ code: 'samePerson' })
    await act(number, office, confirm)
    expect((await stored(number)).rating).toMatchObject({
      stars: 3,
      final: true,
      before: [{ stars: 2, components: { quality: 4, satisfaction: 1 } }],
    })
    expect(await handling(number, 'AS19-D13')).toEqual([['2026-03-14', '2026-03-06T10:00', false]])
    // Refused attempts are on record beside what happened.
    const { events } = await world.workOrders.detail(number, leader)
    expect(events.filter((e) => e.type === 'attemptRefused')).toHaveLength(2)
  })

  it('shows no title of a protected matter to whoever may not read it, and nothing to the accused', async () => {
    at('2026-03-05T10:00')
    const tipOff = await withUnit({ kind: 'tipOff', title: '某处违规' })
    const complained = await withUnit({ kind: 'complaint', accusedStaff: caller.actor.id })
    for (const number of [tipOff, complained]) {
      await feedBack(number)
      const points = { settled: true, bothTold: true, truthful: true }
      await act(number, auditor, { action: 'audit', points })
    }
    const { items } = await owed().followUps(page, caller)
    expect(items.find((o) => o.number === tipOff)).toMatchObject({ title: '保密事项' })
    expect(items.map((o) => o.number)).not.toContain(complained)
    const own = { ...caller, unitCode: 'lighting' }
    expect((await owed().followUps(page, own)).items).toEqual([])
  })
})

describe('白银第十七条、第十九条: handled again, explained, ended', () => {
  beforeAll(async () => {
    world = await startOrders('baiyin-2024', { 'BY24-D04': workingDays(3), 'BY24-D05': workingDays(5) })
  })
  afterAll(() => world.stop())

  const complain = (number: string) =>
    act(number, caller, {
      action: 'followUp',
      channel: 'voice',
      reached: true,
      solved: false,
      satisfied: 'dissatisfied',
    })

  it('再次办理 is a new leg with a new limit; the old one keeps when it was met', async () => {
    at('2026-03-02T10:00')
    const number = await withUnit()
    at('2026-03-04T10:00')
    expect(await feedBack(number)).toMatchObject({ state: 'concluded' })
    await complain(number)
    at('2026-03-05T10:00')
    const again = await act(number, leader, {
      action: 'judge',
      followUp: 1,
      reasonable: true,
      reason: '现场仍未修复',
      then: 'handleAgain',
    }).catch((error: unknown) => error)
    expect(again).toMatchObject({ status: 403, code: 'roleNotAllowed' })
    await act(number, as('lead', 'teamLead'), {
      action: 'judge',
      followUp: 1,
      reasonable: true,
      reason: '现场仍未修复',
      then: 'handleAgain',
    })
    expect(await handling(number, 'BY24-D05')).toEqual([
      ['2026-03-10', '2026-03-04T10:00', false],
      ['2026-03-13', null, false],
    ])
    const order = await stored(number)
    expect(order).toMatchObject({ state: 'dispatched', concludedAt: null })
    expect((await owed().followUps(page, caller)).items).toEqual([])

    at('2026-03-06T10:00')
    await feedBack(number)
    expect((await owed().followUps(page, caller)).items).toMatchObject([{ number, tries: 0 }])
  })

  it('予以说明: the unit explains, and the order stays concluded', async () => {
    at('2026-03-09T10:00')
    const number = await withUnit()
    await feedBack(number)
    await complain(number)
    await act(number, caller, {
      action: 'judge',
      followUp: 1,
      reasonable: true,
      reason: '请说明为何延后',
      then: 'explain',
    })
    await act(number, lighting, { action: 'explain', text: '灯具到货延迟，已于今日更换。' })
    expect(await stored(number)).toMatchObject({
      state: 'concluded',
      procedures: [{ kind: 'explanation', verdict: 'given' }],
    })
  })

  it('第十九条: the end of an order ends its clocks, and tells the requester why', async () => {
    at('2026-03-10T10:00')
    const number = await withUnit()
    await act(number, leader, {
      action: 'terminate',
      ground: 'noCooperation',
      reason: '须入户检修，多次约定不到场',
      facts: { withoutReason: '未说明理由', cannotBeHandled: '须入户' },
      attempts: [{ at: '2026-03-09T10:00:00+08:00', way: '电话', note: '约定未到' }],
      tell: '因无法入户，办理终止；有新的情况可以另行提出。',
    })
    const { state, events } = await world.workOrders.detail(number, leader)
    expect(state).toBe('terminated')
    expect(events.at(-1)).toMatchObject({
      type: 'terminated',
      cite: expect.stringContaining('第十九条第二款'),
      data: { tell: '因无法入户，办理终止；有新的情况可以另行提出。' },
    })
    const running = await world.db.query(
      `select term from work_order_deadlines d join work_orders o on o.id = d.order_id
       where o.number = $1 and d.met_at is null and d.voided_at is null`,
      [number],
    )
    expect(running).toEqual([])
  })
})

describe('鞍山草案第十四条第（四）项 终止办理', () => {
  beforeAll(async () => {
    world = await startOrders('anshan-draft')
  })
  afterAll(() => world.stop())

  it('the clock runs on while the application waits; approved, nothing runs', async () => {
    at('2026-03-02T10:00')
    const number = await withUnit()
    at('2026-03-06T10:00')
    await act(number, lighting, {
      action: 'applyTermination',
      ground: 'outOfReach',
      reason: '无法取得联系',
      proof: ['通话清单'],
      attempts: [{ at: '2026-03-05T10:00:00+08:00', way: '电话', note: '关机' }],
    })
    expect(await handling(number, 'ASD-D05')).toEqual([['2026-03-10', null, false]])
    await act(number, auditor, {
      action: 'decideTermination',
      approve: true,
      reason: '证明属实',
      tell: '因联系不上，办理终止。',
    })
    expect(await handling(number, 'ASD-D05')).toEqual([])
    expect(await stored(number)).toMatchObject({ state: 'terminated' })
  })
})

describe('丹东第十四条、第十六条、第十八条、第二十二条: sample, supervision, hand-over, dossier', () => {
  beforeAll(async () => {
    world = await startOrders('dandong-first-asked')
  })
  afterAll(() => world.stop())

  const parts = {
    leadership: '分管领导到场',
    investigation: '现场查看',
    solution: '更换灯具',
    followUp: '满意',
  }

  /** Copies of a concluded order under other numbers: the same in everything but the number. */
  async function copies(of: string, count: number): Promise<void> {
    const prefix = of.slice(0, 8)
    for (let n = 0; n < count; n++)
      await world.db.query(
        `insert into work_orders select (jsonb_populate_record(o, jsonb_build_object('id', $2::uuid, 'number', $3::text))).*
         from work_orders o where number = $1`,
        [of, randomUUID(), `${prefix}${String(n * 7919).padStart(6, '0')}0`],
      )
  }

  it('lists in SQL exactly what the rule says, order by order', async () => {
    at('2026-03-02T10:00')
    const number = await withUnit()
    expect(await feedBack(number, parts)).toMatchObject({ state: 'concluded' })
    await copies(number, 120)
    // Some that were dissatisfied in an earlier round, tried in vain, reached, tried three times.
    const tried = {
      n: 1,
      by: 'x',
      channel: 'voice',
      reached: false,
      solved: null,
      satisfied: null,
      says: null,
      verdict: null,
    }
    const [before, now] = ['2026-03-01T00:00:00.000Z', '2026-03-03T00:00:00.000Z']
    const cases = [
      [{ ...tried, at: before, reached: true, satisfied: 'dissatisfied' }],
      [{ ...tried, at: before, reached: true, solved: false }],
      [{ ...tried, at: now }],
      [{ ...tried, at: now, reached: true, satisfied: 'satisfied' }],
      [1, 2, 3].map((n) => ({ ...tried, n, at: now })),
    ]
    const all = await world.db.query<{ number: string }>(`select number from work_orders order by number`)
    for (const [n, { number: one }] of all.entries())
      if (n % 3 === 0)
        await world.db.query(
          `update work_orders set closing = jsonb_set(closing, '{followUps}', $2::jsonb) where number = $1`,
          [one, JSON.stringify(cases[(n / 3) % cases.length])],
        )
    const { items } = await owed().followUps({ limit: 500, since: new Date(0) }, caller)
    const expected: [string, string][] = []
    for (const { number: one } of all) {
      const row = await stored(one)
      const statute = world.statutes.of(row.statute.slug)
      const why = owesFollowUp(row, statute)
      if (why) expected.push([one, why])
      expect(owesRating(row, statute)).toBe(false)
    }
    expect(items.map((o): [string, string] => [o.number, o.why]).sort()).toEqual(expected.sort())
    const whys = new Set(expected.map(([, why]) => why))
    expect([...whys].sort()).toEqual(['dissatisfied', 'sample'])
    expect(expected.length).toBeGreaterThan(20)
    expect(expected.length).toBeLessThan(all.length / 2)
    expect((await owed().ratings(page, auditor)).items).toEqual([])

    // Page by page the same, without a gap or a repetition.
    const seen: string[] = []
    let after: { at: string; id: string } | null = null
    for (let pages = 0; pages < 50; pages++) {
      const found = await owed().followUps(
        { limit: 7, since: new Date(0), ...(after ? { after } : {}) },
        caller,
      )
      seen.push(...found.items.map((o) => o.number))
      if (!found.next) break
      after = { at: found.next.at.toISOString(), id: found.next.id }
    }
    expect(seen.sort()).toEqual(items.map((o) => o.number).sort())
  })

  it('an untrue result is supervised; after a second one the matter goes to 纪委监委 with its dossier', async () => {
    at('2026-03-04T10:00')
    const number = await withUnit({ facts: '化名某甲（13800000001）反映路灯不亮。' })
    await feedBack(number, parts)
    // The sample does not matter here: a supervised order is always followed up.
    await act(number, supervisor, {
      action: 'supervise',
      trigger: 'procedure',
      reason: '程序存在问题',
      means: ['phone'],
    })
    await act(number, caller, {
      action: 'followUp',
      channel: 'voice',
      reached: true,
      solved: false,
      satisfied: 'dissatisfied',
      untrue: true,
      says: '根本没有来修，电话13800000001',
    })
    expect((await stored(number)).procedures.map((p) => p.kind === 'supervision' && p.said.trigger)).toEqual([
      'procedure',
      'untrueResult',
    ])

    const ask = { to: 'discipline', identity: false, basis: null }
    await expect(dossiers().export(number, ask, office)).rejects.toMatchObject({
      status: 409,
      code: 'notHandedOn',
    })
    await act(number, office, {
      action: 'handOn',
      to: 'discipline',
      grounds: ['leftUndone', 'falsehood'],
      reason: '经督办仍未办理，反馈不实',
    })
    const { contactIds } = await stored(number)
    const contact: ContactInDossier = {
      id: contactIds[0]!,
      channel: 'sms',
      receivedAt: '2026-03-04T10:00:00+08:00',
      endedAt: null,
      attachments: [{ id: 'photo', kind: 'image', at: '2026-03-04T10:00:00+08:00', bytes: 5, sha256: 'ab' }],
    }
    const order = await stored(number)
    await insertAttachment(world.db, order.id, {
      id: randomUUID(),
      nameSealed: testPii.seal('某甲家门口.jpg'),
      mime: 'image/jpeg',
      bytes: 7,
      sha256: 'cd',
      keySealed: 'sealed',
      forHandling: false,
      addedBy: lighting.actor.id,
      addedRole: 'unit',
      addedUnit: 'lighting',
      addedAt: world.time.now,
    })
    const { dossier, digest } = await dossiers([contact]).export(number, ask, office)
    expect(dossier).toMatchObject({
      to: { code: 'discipline', label: '移交市纪委、监委' },
      cite: expect.stringContaining('第二十二条'),
      handedOn: [{ grounds: [{ label: '应办未办，经督办仍未办理' }, { code: 'falsehood' }], receipt: null }],
      order: { number, legs: [{ unit: 'lighting' }], followUps: [{ untrue: true }] },
      requester: { identity: null, withheld: expect.stringContaining('法律依据') },
      supervision: [{ unit: 'lighting' }, { unit: 'lighting' }],
      contacts: [{ attachments: [{ id: 'photo' }] }],
      attachments: [{ kind: 'image/jpeg', bytes: 7, sha256: 'cd' }],
    })
    expect(dossier.clocks.map((c) => c.term)).toContain('DD-D04')
    expect(dossier.events.map((e) => e.type)).toEqual(
      expect.arrayContaining(['registered', 'dispatched', 'fedBack', 'followedUp', 'opened']),
    )
    const text = JSON.stringify(dossier)
    for (const secret of ['13800000001', '某甲', '示范小区2号楼']) expect(text).not.toContain(secret)
    const sorted = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(sorted)
        : value && typeof value === 'object'
          ? Object.fromEntries(
              Object.entries(value)
                .sort(([a], [b]) => (a < b ? -1 : 1))
                .map(([k, v]) => [k, sorted(v)]),
            )
          : value
    expect(
      createHash('sha256')
        .update(JSON.stringify(sorted(JSON.parse(text))))
        .digest('hex'),
    ).toBe(digest)

    // Identity: by a legal basis that is named, and on the ledger with it.
    await expect(dossiers().export(number, { ...ask, identity: true }, office)).rejects.toMatchObject({
      code: 'identityWithheld',
    })
    const basis = '监察法第十八条，调取函〔2026〕3号'
    const whole = await dossiers().export(number, { ...ask, identity: true, basis }, office)
    expect(whole.dossier).toMatchObject({
      basis,
      requester: { identity: { name: '化名某甲', contact: '13800000001' }, withheld: null },
    })
    const ledger = await world.db.query<{ reason: string | null; data: Record<string, unknown> }>(
      `select reason, data from access_ledger where action = 'export' and subject_id = $1 order by id`,
      [number],
    )
    expect(ledger).toMatchObject([
      { reason: null, data: { to: 'discipline', digest, fields: { content: 'redacted' } } },
      { reason: basis, data: { fields: { identity: 'full' }, digest: whole.digest } },
    ])
    expect(JSON.stringify(ledger)).not.toContain('某甲')
    // He who asks what was looked at reads whether his identity went out.
    const looks = await ledgerOfSubject(world.db, { kind: 'workOrder', id: number }, 50)
    const told = ledgerLines(looks, new Map())
    expect(told.map((l) => l.action)).toEqual(expect.arrayContaining(['导出（不含身份）', '导出（含身份）']))

    await act(number, office, { action: 'recordReceipt', procedure: 3, receipt: '收文8号' })
    const after = await dossiers().export(number, ask, office)
    expect(after.dossier.handedOn).toMatchObject([{ receipt: '收文8号' }])
  })

  it('the author of a tip-off only by the confidential desk', async () => {
    at('2026-03-05T10:00')
    const number = await withUnit({ kind: 'complaint' })
    await act(number, desk, { action: 'setConfidentiality', level: 'tipOff', reason: '涉及举报' })
    await act(number, desk, {
      action: 'handOn',
      to: 'police',
      grounds: ['suspectedOffence'],
      reason: '长期骚扰涉嫌违法',
    })
    const ask = { to: 'police', identity: true, basis: '治安管理处罚法，调取函' }
    await expect(dossiers().export(number, ask, office)).rejects.toMatchObject({
      status: 403,
      code: 'identityWithheld',
      detail: expect.stringContaining('保密席'),
    })
    expect((await dossiers().export(number, ask, desk)).dossier.requester.identity).toMatchObject({
      name: '化名某甲',
    })
    const unit = dossiers().export(number, { ...ask, identity: false }, lighting)
    await expect(unit).rejects.toMatchObject({ status: 403, code: 'roleMissing' })
  })

  it('第十八条: the petition office takes the matter, and its clocks stop', async () => {
    const number = await withUnit()
    const moved = await act(number, leader, {
      action: 'handOn',
      to: 'petitionOffice',
      grounds: ['legacy'],
      reason: '历史遗留',
      tell: '您的事项已移交信访部门协调处理。',
    })
    expect(moved.state).toBe('transferred')
    expect(moved.deadlines.filter((d) => d.metAt === null)).toEqual([])
    await expect(feedBack(number, parts)).rejects.toMatchObject({ code: 'wrongState' })
  })
})
