import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { centreUnit } from '../../src/knowledge-base/model.ts'
import { anshan2019 } from '../../src/statutes/anshan-2019/index.ts'
import { createCalendar, parseDay } from '../../src/statutes/calendar.ts'
import { stateCouncilNotice } from '../../src/statutes/state-council.ts'
import {
  asking,
  knowledgeDraft as draft,
  person,
  startKnowledge,
  type KnowledgeWorld,
} from '../support/knowledge.ts'

const agent = person('agent')
const lead = person('teamLead')
const member = person('unit', 'heating')
const leader = person('unitLeader', 'heating')
const stranger = person('unit', 'housing')

let world: KnowledgeWorld
beforeAll(async () => {
  world = await startKnowledge()
})
afterAll(() => world.stop())
beforeEach(() => {
  world.at('2026-03-02T10:00+08:00')
  world.matters.length = 0
  world.reminders.length = 0
})

const item = (title: string) => world.duties.writing.create(member, draft(title, `${title}的内容`))
const report = (itemId: string, what = '电话号码有误') => world.duties.errors.report(agent, { itemId, what })
const correct = (id: string, corrects: string[], basedOn = 1) =>
  world.duties.writing.change(member, id, { ...draft('更正后的条目', '更正后的内容'), basedOn, corrects })

const supervised = '《鞍山市政务服务便民热线条例（草案）》第十九条第（四）项'
const correctedBy = '《鞍山市政务服务便民热线条例（草案）》第二十一条第二款第（五）项'

describe('鞍山草案 第二十一条第二款第（五）项: errors are corrected within twenty-four hours of the notice', () => {
  it('starts the clock when the unit receives the report, and tells it', async () => {
    const { id } = await item('服务窗口')
    const reported = await report(id)
    expect(reported).toMatchObject({
      state: 'open',
      version: 1,
      unitCode: 'heating',
      noClock: null,
      clock: {
        term: 'ASD-D10',
        due: '2026-03-03T10:00:00+08:00',
        cite: correctedBy,
        localPolicy: false,
        overdue: false,
      },
    })
    expect(world.reminders).toMatchObject([{ unit: 'heating', why: 'errorReported', cite: correctedBy }])
    expect((await world.base.search(asking('服务窗口'), agent)).items[0]).toMatchObject({ id, openErrors: 1 })
  })

  it.each([
    ['2026-03-03T09:59:59.999+08:00', false, 'the last instant in time'],
    ['2026-03-03T10:00+08:00', true, 'the first instant that is too late'],
  ])('corrected at %s: missed %s (%s)', async (at, missed) => {
    const { id } = await item('收费标准')
    const { id: errorId } = await report(id)
    world.at(at)
    await correct(id, [errorId])
    const after = await world.duties.errors.find(agent, errorId)
    expect(after).toMatchObject({
      state: 'corrected',
      corrected: { id, version: 2 },
      clock: { overdue: missed },
    })
    expect(world.matters).toHaveLength(missed ? 1 : 0)
    // late is late: the sweep that comes afterwards finds nothing more to say
    await world.duties.sweep()
    expect(world.matters.filter((m) => m.subject.id === errorId)).toHaveLength(missed ? 1 : 0)
    expect((await world.duties.reading.versions(agent, id, { below: null, limit: 1 })).items).toMatchObject([
      { version: 2, corrects: [errorId] },
    ])
  })

  it('鞍山草案 第十九条第（四）项: an error left standing becomes a matter of supervision, once under two sweepers', async () => {
    const { id } = await item('报修电话')
    const { id: errorId } = await report(id)
    world.at('2026-03-03T10:00+08:00')
    const other = world.otherGateway()
    await Promise.all([world.duties.sweep(), other.sweep(), world.duties.sweep(), other.sweep()])
    const own = world.matters.filter((m) => m.subject.id === errorId)
    expect(own).toMatchObject([
      {
        unit: 'heating',
        trigger: 'knowledge',
        cite: supervised,
        subject: { kind: 'errorCorrection', term: 'ASD-D10', termCite: correctedBy },
      },
    ])
    const { views } = await world.supervision.list({ unit: 'heating', before: null, limit: 100 })
    expect(views.filter((m) => m.subject.id === errorId)).toMatchObject([
      { cite: supervised, subject: { due: '2026-03-03T10:00:00+08:00' } },
    ])
    // what is made good late stays missed and leaves the list of what waits
    expect((await world.duties.open(member, null, 200)).map((d) => d.id)).toContain(errorId)
    await correct(id, [errorId])
    expect((await world.duties.open(member, null, 200)).map((d) => d.id)).not.toContain(errorId)
    expect((await world.duties.errors.find(member, errorId)).clock).toMatchObject({ overdue: true })
  })

  it('marks nothing as missed whose supervision could not be written', async () => {
    const { id } = await item('热力站')
    const { id: errorId } = await report(id)
    world.at('2026-03-03T10:00+08:00')
    const broken = world.otherGateway({
      supervise: () => Promise.reject(new Error('supervision is away')),
    })
    await expect(broken.sweep()).rejects.toThrow('supervision is away')
    expect((await world.duties.errors.find(agent, errorId)).clock).toMatchObject({ missedAt: null })
    await world.duties.sweep()
    expect(world.matters.filter((m) => m.subject.id === errorId)).toHaveLength(1)
  })

  it('reminds once, four hours before the end (local policy)', async () => {
    const { id } = await item('缴费网点')
    const { id: errorId } = await report(id)
    const reminded = () => world.reminders.filter((r) => r.why === 'dueSoon' && r.subject.id === errorId)
    world.at('2026-03-03T05:59+08:00')
    await world.duties.sweep()
    expect(reminded()).toEqual([])
    world.at('2026-03-03T06:00+08:00')
    await Promise.all([world.duties.sweep(), world.otherGateway().sweep()])
    await world.duties.sweep()
    expect(reminded()).toMatchObject([{ unit: 'heating', cite: correctedBy }])
    await correct(id, [errorId])
  })

  it('of two corrections of one report the first wins', async () => {
    const { id } = await item('办理地点')
    const { id: errorId } = await report(id)
    const both = await Promise.allSettled([correct(id, [errorId]), correct(id, [errorId])])
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find((r) => r.status === 'rejected')?.reason).toMatchObject({ status: 409 })
    expect((await world.duties.reading.detail(agent, id)).newest.version).toBe(2)
    // and one that follows finds it settled
    await expect(correct(id, [errorId], 2)).rejects.toMatchObject({ status: 409, code: 'errorSettled' })
  })

  it('one version settles several reports, of its own item only', async () => {
    const { id } = await item('测温流程')
    const other = await item('复测流程')
    const first = await report(id, '第一步有误')
    const second = await report(id, '缺少第三步')
    const foreign = await report(other.id)
    await expect(correct(id, [first.id, foreign.id])).rejects.toMatchObject({ code: 'errorUnknown' })
    await correct(id, [first.id, second.id])
    for (const { id: errorId } of [first, second])
      expect(await world.duties.errors.find(agent, errorId)).toMatchObject({ state: 'corrected' })
    expect(await world.duties.errors.find(agent, foreign.id)).toMatchObject({ state: 'open' })
  })

  it('is refused by the leader in charge alone, with the reason', async () => {
    const { id } = await item('供热面积')
    const { id: errorId } = await report(id)
    for (const other of [member, agent, lead, person('unitLeader', 'housing')])
      await expect(world.duties.errors.refuse(other, errorId, '无误')).rejects.toMatchObject({
        status: other.unit === 'housing' ? 404 : 403,
      })
    const refused = await world.duties.errors.refuse(leader, errorId, '与文件一致')
    expect(refused).toMatchObject({ state: 'refused', reason: '与文件一致', clock: { overdue: false } })
    await expect(correct(id, [errorId])).rejects.toMatchObject({ code: 'errorSettled' })
  })

  it('is met where the item is taken out', async () => {
    const { id } = await item('已停办的业务')
    const { id: errorId } = await report(id)
    await world.duties.writing.withdraw(member, id, '业务停办')
    expect(await world.duties.errors.find(agent, errorId)).toMatchObject({
      state: 'withdrawn',
      reason: '业务停办',
      clock: { overdue: false, metAt: '2026-03-02T10:00:00+08:00' },
    })
    await expect(report(id)).rejects.toMatchObject({ status: 409, code: 'knowledgeWithdrawn' })
  })

  it('补齐: something missing altogether is completed by a new item', async () => {
    const missing = await world.duties.errors.report(agent, { unitCode: 'heating', what: '没有供热投诉电话' })
    expect(missing).toMatchObject({ itemId: null, clock: { due: '2026-03-03T10:00:00+08:00' } })
    await expect(
      world.duties.errors.report(agent, { unitCode: 'nobody', what: '缺少' }),
    ).rejects.toMatchObject({ code: 'unitUnknown' })
    const ref = await world.duties.writing.create(member, {
      ...draft('供热投诉电话', '投诉电话见公告。'),
      corrects: [missing.id],
    })
    expect(await world.duties.errors.find(agent, missing.id)).toMatchObject({
      state: 'corrected',
      corrected: ref,
    })
  })

  it('binds units: the centre’s own items have no clock', async () => {
    const ref = await world.duties.writing.create(lead, draft('接听用语', '您好。', { unitCode: centreUnit }))
    const own = await report(ref.id)
    expect(own).toMatchObject({ clock: null, noClock: '热线工作机构自己的条目，没有法定纠错期限。' })
    expect(await world.duties.errors.refuse(lead, own.id, '无误')).toMatchObject({ state: 'refused' })
  })

  it('is seen by the centre, its unit and who reported it', async () => {
    const { id } = await item('检修安排')
    const byAgent = await report(id)
    const byStranger = await world.duties.errors.report(stranger, { itemId: id, what: '时间有误' })
    const seenBy = async (reader: typeof agent) =>
      (await world.duties.errors.list(reader, { item: id, before: null, limit: 10 })).views.map((e) => e.id)
    expect(await seenBy(agent)).toEqual([byStranger.id, byAgent.id])
    expect(await seenBy(member)).toEqual([byStranger.id, byAgent.id])
    expect(await seenBy(person('office'))).toHaveLength(2)
    expect(await seenBy(stranger)).toEqual([byStranger.id])
    await expect(world.duties.errors.find(stranger, byAgent.id)).rejects.toMatchObject({ status: 404 })
    await expect(
      world.duties.writing.change(lead, id, {
        ...draft('检修安排', '内容', { unitCode: 'housing' }),
        basedOn: 1,
      }),
    ).rejects.toMatchObject({ status: 409, code: 'errorsOpen' })
  })

  it('names no title of a confidential item to those above the centre', async () => {
    const { id } = await world.duties.writing.create(
      member,
      draft('应急预案内线', '内线。', { confidential: true }),
    )
    const { id: errorId } = await report(id)
    world.at('2026-03-03T10:00+08:00')
    await world.duties.sweep()
    expect(world.matters.find((m) => m.subject.id === errorId)?.subject.about).toBe(
      '知识条目“内部条目”有错漏',
    )
    const office = person('office')
    await expect(world.duties.errors.find(office, errorId)).rejects.toMatchObject({ status: 404 })
    const { views } = await world.duties.errors.list(office, { before: null, limit: 100 })
    expect(views.map((e) => e.id)).not.toContain(errorId)
  })
})

describe('鞍山条例（2019）: silent on corrections and uploads', () => {
  let silent: KnowledgeWorld
  beforeAll(async () => {
    silent = await startKnowledge(anshan2019)
  })
  afterAll(() => silent.stop())

  it('takes the same report and says that no limit runs', async () => {
    const { id } = await silent.duties.writing.create(member, draft('服务窗口', '一楼。'))
    const reported = await silent.duties.errors.report(agent, { itemId: id, what: '搬到二楼了' })
    expect(reported).toMatchObject({ clock: null, noClock: '条例没有规定纠错期限，系统不设期限。' })
    silent.at('2026-04-02T10:00+08:00')
    expect(await silent.duties.sweep()).toBe(0)
    await silent.duties.writing.change(member, id, {
      ...draft('服务窗口', '二楼。'),
      basedOn: 1,
      corrects: [reported.id],
    })
    expect(await silent.duties.errors.find(agent, reported.id)).toMatchObject({ state: 'corrected' })
    expect(silent.matters).toEqual([])
  })

  it('takes the same policy without a clock', async () => {
    const policy = await silent.duties.policies.announce(member, {
      unitCode: 'heating',
      title: '供热补贴办法',
      publishedOn: '2026-04-01',
    })
    expect(policy).toMatchObject({
      state: 'announced',
      clock: null,
      noClock: '条例没有规定政策发布前的上传期限，系统不设期限。',
    })
  })
})

describe('a year without a notice', () => {
  it('is computed again when the notice comes', async () => {
    const early = await startKnowledge()
    try {
      early.calendars.current = createCalendar(
        (year) => (year === 2026 ? stateCouncilNotice(year) : null),
        'until-2026',
      )
      early.at('2027-01-20T10:00+08:00')
      const announce = () =>
        early.duties.policies.announce(member, {
          unitCode: 'heating',
          title: '供热补贴办法',
          publishedOn: '2027-03-09',
        })
      const { id, clock } = await announce()
      expect(clock).toMatchObject({ provisional: true, due: '2027-03-09T00:00:00+08:00' })
      const off = parseDay('2027-03-08')!
      early.calendars.current = createCalendar(
        (year) => ({ year, holidays: new Set([off]), makeUpDays: new Set() }),
        'until-2027',
      )
      await early.duties.sweep()
      expect((await early.duties.policies.detail(member, id)).clock).toMatchObject({
        provisional: false,
        due: '2027-03-06T00:00:00+08:00',
      })
    } finally {
      await early.stop()
    }
  })
})

it('鞍山草案 第二十一条第二款: each unit names who looks after its items, and delivers what the article lists', async () => {
  const { units, writing } = world.duties
  const of = async (code: string) => (await units.list(agent)).items.find((u) => u.unitCode === code)!
  expect(await of('housing')).toMatchObject({ owner: null })
  expect((await of('housing')).holdings.map((h) => [h.label, h.state])).toEqual([
    ['工作职责', 'missing'],
    ['权责清单', 'missing'],
    ['服务事项', 'missing'],
    ['联系方式', 'missing'],
    ['对外服务时间', 'missing'],
  ])
  const hold = (holding: string, validTo?: string) =>
    writing.create(stranger, {
      ...draft(`住建局${holding}`, '内容', { unitCode: 'housing', kind: 'holding', holding }),
      ...(validTo ? { validTo } : {}),
    })
  await hold('hours', '2026-03-01')
  await hold('contacts')
  await expect(units.nameOwner(stranger, 'housing', { name: '化名某乙' })).rejects.toMatchObject({
    status: 403,
    fields: { cite: '《鞍山市政务服务便民热线条例（草案）》第二十一条第二款' },
  })
  await expect(units.nameOwner(leader, 'housing', { name: '化名某乙' })).rejects.toMatchObject({
    status: 403,
  })
  await units.nameOwner(person('unitLeader', 'housing'), 'housing', { name: '化名某乙', staffId: 's1' })
  await units.nameOwner(lead, 'housing', { name: '化名某丙' })
  const now = await of('housing')
  expect(now).toMatchObject({ owner: { name: '化名某丙', staffId: null }, stale: 1 })
  expect(now.holdings.filter((h) => h.state !== 'missing')).toMatchObject([
    { code: 'contacts', state: 'current' },
    { code: 'hours', state: 'stale' },
  ])
  expect((await units.list(member)).items.map((u) => u.unitCode)).toEqual(['heating'])
  expect(await units.list(agent)).toMatchObject({
    cite: '《鞍山市政务服务便民热线条例（草案）》第二十一条第二款第（一）项',
  })
})
